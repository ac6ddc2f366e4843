// scratch.h - source files of a test, and a sink that remembers.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "csvm/pipeline.h"

namespace csvm::pipeline {

/// A folder that is removed with its files.
class Scratch {
 public:
  Scratch() {
    std::string name = (std::filesystem::temp_directory_path() / "pipeline_XXXXXX").string();
    folder_ = mkdtemp(name.data());
  }
  ~Scratch() { std::filesystem::remove_all(folder_); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  SourceFile file(const std::string& name, const std::string& content) const {
    const auto path = folder_ / name;
    std::ofstream(path, std::ios::binary) << content;
    SourceFile source;
    source.path = path.string();
    source.name = name;
    return source;
  }

 private:
  std::filesystem::path folder_;
};

using Rows = std::vector<std::vector<std::string>>;

/// Spells rows with unit separators, so that they can be taken apart again.
class Collector final : public RowSink {
 public:
  Result<void> begin(const Table& table, const std::vector<Source>&) override {
    columns = table.columns;
    return {};
  }
  void spell(std::span<const std::string_view> values, Spelled& out) const override {
    for (const auto value : values) out.records.append(value).append("\x1f");
    out.records += '\x1e';
  }
  void spell_left_out(const LeftOut& row, Spelled& out) const override {
    out.left_out += std::to_string(row.place.source) + "\x1f" + std::to_string(row.place.line) +
                    "\x1f" + (row.survivor ? std::to_string(*row.survivor) : "") + "\x1f";
    out.left_out.append(row.reason).append("\x1f");
    for (const auto value : row.values) out.left_out.append(value).append("\x1f");
    out.left_out += '\x1e';
  }
  void spell_origin(const CellOrigin& origin, Spelled& out) const override {
    out.origins += std::to_string(origin.record) + "\x1f" + columns[origin.column] + "\x1f";
    out.origins.append(origin.value).append("\x1f");
    out.origins +=
        std::to_string(origin.place.source) + "\x1f" + std::to_string(origin.place.line) + "\x1f";
    for (const auto part : {origin.headers, origin.original, origin.changed_by, origin.lost}) {
      out.origins.append(part).append("\x1f");
    }
    out.origins += '\x1e';
  }
  Result<void> write(const Spelled& spelled) override {
    records_text += spelled.records;
    left_out_text += spelled.left_out;
    origins_text += spelled.origins;
    return {};
  }

  static Rows rows(const std::string& text) {
    Rows rows;
    std::vector<std::string> row;
    std::string cell;
    for (const char c : text) {
      if (c == '\x1f') {
        row.push_back(std::move(cell));
        cell.clear();
      } else if (c == '\x1e') {
        rows.push_back(std::move(row));
        row.clear();
      } else {
        cell += c;
      }
    }
    return rows;
  }
  Rows records() const { return rows(records_text); }
  Rows left_out() const { return rows(left_out_text); }

  /// The values of one column of the result, top to bottom.
  std::vector<std::string> column(const std::string& name) const {
    const auto found = std::find(columns.begin(), columns.end(), name);
    std::vector<std::string> values;
    if (found == columns.end()) return values;
    for (const auto& row : records()) {
      values.push_back(row[static_cast<std::size_t>(found - columns.begin())]);
    }
    return values;
  }

  std::vector<std::string> columns;
  std::string records_text, left_out_text, origins_text;
};

inline Settings people_settings(cluster::Mode mode) {
  Settings settings;
  settings.fields = columns::built_in_fields(columns::TableType::people);
  settings.matching.mode = mode;
  return settings;
}

inline Summary run_files(const std::vector<SourceFile>& files, const Settings& settings,
                         Collector& sink, const std::vector<SourceFile>& lists = {}) {
  const auto sources = open_sources(files, settings);
  EXPECT_TRUE(sources) << (sources ? "" : sources.error().message);
  const auto suppression = open_sources(lists, settings);
  EXPECT_TRUE(suppression);
  if (!sources || !suppression) return {};
  auto summary = run(*sources, *suppression, settings, sink);
  EXPECT_TRUE(summary) << (summary ? "" : summary.error().message);
  return summary ? *summary : Summary{};
}

}  // namespace csvm::pipeline
