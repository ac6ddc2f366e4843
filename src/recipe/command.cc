// A recipe as a command line.
#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "csvm/recipe.h"
#include "names.h"

namespace csvm::recipe {
namespace {

// In single quotes when the shell would read anything else in it.
std::string shell_word(std::string_view word) {
  const bool plain = !word.empty() && std::ranges::all_of(word, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_-./,:=@+").find(c) != std::string_view::npos;
  });
  if (plain) return std::string(word);
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::string names_of(const std::vector<clean::Rule>& rules) {
  std::string names;
  for (const clean::Rule rule : rules) {
    if (!names.empty()) names += ',';
    names += clean::to_string(rule);
  }
  return names;
}

// The URL's path, header values and the secret are not known here.
void append_delivery(const Destination& destination,
                     const std::function<void(std::string_view, std::string_view)>& add) {
  const DeliveryWishes& wishes = destination.wishes;
  const DeliveryWishes by_default;
  const auto number = [&](std::string_view option, auto value, auto otherwise) {
    if (value != otherwise) add(option, fmt::format("{}", value));
  };
  add("--to", fmt::format("https://{}/...", destination.host));
  add("--rate", fmt::format("{}", destination.rate_per_second));
  for (const std::string& name : destination.header_names) add("--header", name + ": ...");
  if (destination.is_signed) add("--secret", "...");
  number("--burst", wishes.burst, by_default.burst);
  number("--max-record", wishes.max_record_bytes, by_default.max_record_bytes);
  number("--quota", wishes.quota, by_default.quota);
  number("--used", wishes.quota_used, by_default.quota_used);
  number("--first", wishes.canary, by_default.canary);
  number("--stop-above", wishes.fail_above_percent, by_default.fail_above_percent);
  number("--retries", wishes.retries, by_default.retries);
  number("--timeout", wishes.timeout_seconds, by_default.timeout_seconds);
  if (wishes.backoff_seconds != by_default.backoff_seconds && !wishes.backoff_seconds.empty()) {
    add("--backoff", fmt::format("{}", fmt::join(wishes.backoff_seconds, ",")));
  }
}

}  // namespace

std::string to_command(const Recipe& recipe, const std::vector<std::string>& files) {
  const Recipe by_default;
  std::string command = "csv-merger merge";
  const auto add = [&](std::string_view option, std::string_view value) {
    command += fmt::format(" {} {}", option, shell_word(value));
  };
  for (const std::string& file : files) {
    command += " " + shell_word(file.starts_with('-') && file != "-" ? "./" + file : file);
  }
  add("--type", type_name(recipe.type));
  if (recipe.match != by_default.match) add("--match", mode_name(recipe.match));
  if (recipe.threshold != by_default.threshold) {
    add("--threshold", fmt::format("{}", recipe.threshold));
  }
  if (recipe.possible != by_default.possible) {
    add("--possible", fmt::format("{}", recipe.possible));
  }
  if (recipe.survivor != by_default.survivor) add("--survivor", merge::to_string(recipe.survivor));
  if (recipe.header_threshold != by_default.header_threshold) {
    add("--header-threshold", fmt::format("{}", recipe.header_threshold));
  }
  if (recipe.further_contacts != 0) {
    add("--further-contacts", fmt::format("{}", recipe.further_contacts));
  }
  if (!recipe.not_clean.empty()) command += " --no-clean=" + names_of(recipe.not_clean);
  for (const std::string& file : recipe.rank) add("--rank", file);
  for (const FileReading& reading : recipe.reading) {
    if (reading.delimiter) {
      const std::string sign =
          *reading.delimiter == '\t' ? "tab" : std::string(1, *reading.delimiter);
      add("--delimiter", reading.file + "=" + sign);
    }
    if (reading.encoding) add("--encoding", reading.file + "=" + *reading.encoding);
  }
  for (const FileWishes& wishes : recipe.mapping) {
    for (const auto& wish : wishes.mapping) {
      add("--map",
          fmt::format("{}:{}={}", wishes.file, wish.header, wish.field.value_or(std::string())));
    }
  }
  for (const Decision& decision : recipe.decisions) {
    add(decision.together ? "--together" : "--apart",
        fmt::format("{}:{}={}:{}", decision.a.file, decision.a.line, decision.b.file,
                    decision.b.line));
  }
  if (recipe.excel_safe) command += " --excel-safe";
  if (recipe.drop_empty) command += " --drop-empty";
  if (recipe.provenance) add("--provenance", "provenance.csv");
  if (recipe.destination) {
    add("-o", "leads.csv");
    command += " && csv-merger send leads.csv";
    add("--type", type_name(recipe.type));
    append_delivery(*recipe.destination, add);
  }
  return command;
}

}  // namespace csvm::recipe
