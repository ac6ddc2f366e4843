#include "routes.h"

#include <algorithm>
#include <optional>

#include "engine.h"
#include "range.h"
#include "target.h"

namespace csvm::server {

namespace {

std::vector<std::string> split(std::string_view path) {
  std::vector<std::string> segments;
  if (path.starts_with('/')) path.remove_prefix(1);
  while (true) {
    const auto slash = path.find('/');
    segments.emplace_back(path.substr(0, slash));
    if (slash == std::string_view::npos) return segments;
    path.remove_prefix(slash + 1);
  }
}

bool is_parameter(std::string_view segment) {
  return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}

// How well a pattern fits: one digit a segment, 1 for a fixed one; nullopt if it does not.
std::optional<std::string> fit(const Route& route, const std::vector<std::string>& segments) {
  if (route.segments.size() != segments.size()) return std::nullopt;
  std::string rank;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const bool parameter = is_parameter(route.segments[i]);
    if (parameter ? segments[i].empty() : route.segments[i] != segments[i]) return std::nullopt;
    rank += parameter ? '0' : '1';
  }
  return rank;
}

void add_word(std::string& list, std::string_view word) {
  const std::string padded = ", " + list + ",";
  if (padded.find(", " + std::string(word) + ",") != std::string::npos) return;
  if (!list.empty()) list += ", ";
  list += word;
}

Task<Response> serve_asset(Asset asset, Request& request) {
  Response response;
  response.headers.set("Content-Type", std::string(asset.content_type));
  response.headers.set("Cache-Control",
                       asset.immutable ? "public, max-age=31536000, immutable" : "no-cache");
  const bool packed = !asset.gzip_bytes.empty() && accepts_gzip(request.header("Accept-Encoding"));
  if (!asset.gzip_bytes.empty()) response.headers.set("Vary", "Accept-Encoding");
  if (!asset.etag.empty())
    response.headers.set("ETag", packed ? gzip_etag(asset.etag) : std::string(asset.etag));
  if (matches_etag(request.header("If-None-Match"), asset.etag)) {
    response.status = 304;
    co_return response;
  }
  if (packed) response.headers.set("Content-Encoding", "gzip");
  response.body = packed ? asset.gzip_bytes : asset.bytes;
  co_return response;
}

}  // namespace

Router::Router() : state_(std::make_shared<RouterState>()) {}

void Router::add(std::string method, std::string pattern, Handler handler, RouteOptions options) {
  auto segments = split(pattern);
  state_->routes.push_back(Route{std::move(method), std::move(pattern), std::move(segments),
                                 std::move(handler), options});
}

void Router::add_assets(std::span<const Asset> assets) {
  for (const Asset& asset : assets) {
    const Handler handler = [asset](Request& request) { return serve_asset(asset, request); };
    add("GET", std::string(asset.path), handler);
    if (asset.path == "/index.html") add("GET", "/", handler);
  }
}

void Router::add_sockets(std::string path, SocketHub& hub) {
  Routes::add_engine(*this, std::move(path), engine_of(hub));
}

void Routes::add_engine(Router& router, std::string path, std::shared_ptr<EngineServer> engine) {
  while (path.ends_with('/')) path.pop_back();
  router.state_->sockets.emplace_back(std::move(path), std::move(engine));
}

std::vector<std::pair<std::string, std::string>> Router::routes() const {
  std::vector<std::pair<std::string, std::string>> list;
  for (const auto& route : state_->routes) list.emplace_back(route.method, route.pattern);
  return list;
}

Match Routes::find(std::string_view method, const std::vector<std::string>& segments) const {
  // The pattern is chosen first and the method after, so that a method that only a vaguer pattern
  // has is not allowed on the exact one.
  std::string best;
  for (const auto& route : state_->routes)
    if (const auto rank = fit(route, segments)) best = std::max(best, *rank);

  Match match;
  if (best.empty()) return match;
  const Route* get = nullptr;
  for (const auto& route : state_->routes) {
    if (fit(route, segments) != best) continue;
    add_word(match.allowed, route.method);
    if (route.method == "GET") {
      get = &route;
      add_word(match.allowed, "HEAD");
    }
    if (route.method == method && match.route == nullptr) match.route = &route;
  }
  add_word(match.allowed, "OPTIONS");
  if (match.route == nullptr && method == "HEAD") match.route = get;
  if (match.route == nullptr) return match;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const std::string& name = match.route->segments[i];
    if (is_parameter(name))
      match.parameters.emplace_back(name.substr(1, name.size() - 2), segments[i]);
  }
  return match;
}

std::shared_ptr<EngineServer> Routes::sockets(std::string_view path) const {
  for (const auto& [mounted, engine] : state_->sockets) {
    const bool slash_more = path.size() == mounted.size() + 1 && path.back() == '/';
    if (path.starts_with(mounted) && (path.size() == mounted.size() || slash_more)) return engine;
  }
  return nullptr;
}

}  // namespace csvm::server
