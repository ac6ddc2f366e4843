// Which route answers a path.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "csvm/server.h"

namespace csvm::server {

class EngineServer;

struct Route {
  std::string method;
  std::string pattern;
  std::vector<std::string> segments;  // of the pattern; "{name}" is a parameter
  Handler handler;
  RouteOptions options;
};

struct RouterState {
  std::vector<Route> routes;
  std::vector<std::pair<std::string, std::shared_ptr<EngineServer>>> sockets;  // no '/' at the end
};

using Parameters = std::vector<std::pair<std::string, std::string>>;

struct Match {
  const Route* route = nullptr;  // null: `allowed` says why
  Parameters parameters;
  std::string allowed;  // methods of this path, "GET, HEAD"; empty: no such path
};

/// Looks routes up. Any thread, as long as the Router is not changed.
class Routes {
 public:
  explicit Routes(const Router& router) : state_(router.state_) {}
  Match find(std::string_view method, const std::vector<std::string>& segments) const;
  /// What serves the sockets of this path, else null.
  std::shared_ptr<EngineServer> sockets(std::string_view path) const;
  const auto& all_sockets() const { return state_->sockets; }
  /// As Router::add_sockets, for what speaks Engine.IO alone.
  static void add_engine(Router& router, std::string path, std::shared_ptr<EngineServer> engine);

 private:
  std::shared_ptr<const RouterState> state_;
};

}  // namespace csvm::server
