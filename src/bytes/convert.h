// A stored text in some encoding -> a stored text in UTF-8, and the way back for places.
#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "csvm/base.h"
#include "storage.h"

namespace csvm::bytes {

/// A place that is known in both texts.
struct Checkpoint {
  std::uint64_t original;
  std::uint64_t converted;
};

struct Converted {
  std::unique_ptr<Storage> utf8;
  std::vector<Checkpoint> checkpoints;  // rising; the first is where the conversion began
};

/// Converts `original` from byte `begin` on. `encoding` must have a decoder. Holds a piece of the
/// text in memory at a time.
Result<Converted> convert(const Storage& original, std::uint64_t begin, const std::string& encoding,
                          const std::string& name, const std::stop_token& stop);

/// Where the character at `offset` of the converted text began in the original. Converts the
/// stretch from the checkpoint before it again, so it is for single places.
std::uint64_t original_place(const Storage& original, const std::vector<Checkpoint>& checkpoints,
                             const std::string& encoding, std::uint64_t offset);

}  // namespace csvm::bytes
