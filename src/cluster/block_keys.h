// block_keys.h - the keys under which rows meet as candidates.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "frequency.h"
#include "side.h"

namespace csvm::cluster {

/// Families of keys; each gives a row up to `keys_a_family` keys, 0 for none.
inline constexpr std::size_t keys_a_family = 3;
std::size_t family_count(columns::TableType type);

/// Writes the keys of `side` in `family`. `keys` holds `keys_a_family` numbers.
void block_keys(columns::TableType type, std::size_t family, const Side& side,
                const Frequencies& frequencies, std::span<std::uint64_t> keys);

}  // namespace csvm::cluster
