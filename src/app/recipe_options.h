// recipe_options.h - what merge, map and match are told, as options -> recipe::Recipe.
#pragma once

#include <CLI/CLI.hpp>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "csvm/pipeline.h"
#include "csvm/recipe.h"

namespace csvm::app {

/// As given on the command line; what is not given is as the recipe says.
struct RecipeOptions {
  std::string recipe;  // file; empty: none
  std::optional<std::string> type, match, survivor;
  std::optional<double> threshold, possible;
  std::optional<int> header_threshold;
  std::optional<std::size_t> further_contacts;
  std::vector<std::string> overrides;        // FILE:HEADER=FIELD
  std::vector<std::string> ranked;           // files, best first
  std::vector<std::string> delimiters;       // FILE=SIGN
  std::vector<std::string> encodings;        // FILE=NAME
  std::vector<std::string> together, apart;  // FILE:LINE=FILE:LINE
  std::vector<std::string> no_clean;         // names of rules, or "all"
  bool excel_safe = false;
  bool drop_empty = false;
};

/// --recipe, --type, --map, --delimiter, --encoding, --header-threshold: what finding a mapping
/// needs. `options` must outlive the parsing.
void add_mapping_recipe_options(CLI::App& command, RecipeOptions& options);

/// --match, --threshold, --possible, --rank, --together, --apart.
void add_matching_recipe_options(CLI::App& command, RecipeOptions& options);

/// --survivor, --no-clean, --excel-safe, --drop-empty, --further-contacts.
void add_merging_recipe_options(CLI::App& command, RecipeOptions& options);

/// The recipe file, when there is one, with what the options say in its place: a choice replaces
/// that of the recipe, a list goes on from it (--rank replaces: it is an order). `files` are those
/// that options can name; the result names them by base names where these tell them apart. The
/// threshold of the environment holds without a recipe.
/// Fails as loading a recipe does, and with `invalid_input` for an option that can't be read.
Result<recipe::Recipe> recipe_of(const RecipeOptions& options,
                                 const std::vector<pipeline::SourceFile>& files);

/// A bound for numbers that have none of their own.
inline constexpr double largest_number = 1e9;

/// A validator like CLI::Range that says in words what is allowed.
CLI::Validator number_between(double low, double high, const std::string& where = "");

}  // namespace csvm::app
