// Bytes of one encoding -> UTF-8, in pieces.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace csvm::bytes {

/// Converts a text piece by piece. What is no character becomes the byte 0xFF, which is never
/// UTF-8, so that the place stays known. One thread.
class Decoder {
 public:
  virtual ~Decoder() = default;

  /// Appends the text of `input` to `out`; returns how many bytes of it were taken. Bytes of an
  /// unfinished character are left for the next call unless `last`.
  virtual std::size_t decode(std::string_view input, bool last, std::string& out) = 0;

  /// As `decode`, but one character only.
  virtual std::size_t decode_one(std::string_view input, bool last, std::string& out) = 0;
};

/// A decoder for an encoding of `encoding_named` or `legacy_encoding`; null when there is none.
std::unique_ptr<Decoder> make_decoder(const std::string& encoding);

/// Appends a code point as UTF-8; 0xFF for one that is none (a surrogate, above U+10FFFF).
void append_utf8(std::string& out, char32_t point);

}  // namespace csvm::bytes
