// One value through a fresh cleaner.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "csvm/clean.h"

namespace csvm::clean {

/// `value` cleaned with all rules. Also checks what holds for every value: cleaned again it stays,
/// and a count says whether it changed.
inline std::string cleaned(columns::Role role, std::string_view value) {
  const Rules rules;
  Cleaner cleaner(rules);
  const std::string once(cleaner.clean(role, value));
  std::uint64_t changes = 0;
  for (const std::uint64_t count : cleaner.counts().changed) changes += count;
  EXPECT_EQ(changes > 0, once != value) << testing::PrintToString(std::string(value));
  Cleaner again(rules);
  EXPECT_EQ(again.clean(role, once), once) << testing::PrintToString(std::string(value));
  EXPECT_EQ(again.counts(), Counts()) << testing::PrintToString(std::string(value));
  return once;
}

/// A value and what it becomes.
struct Change {
  std::string value;
  std::string cleaned;
};

inline void expect_all(columns::Role role, std::initializer_list<Change> changes) {
  for (const Change& change : changes) {
    EXPECT_EQ(cleaned(role, change.value), change.cleaned) << testing::PrintToString(change.value);
  }
}

/// Values that stay as they are.
inline void expect_kept(columns::Role role, std::initializer_list<std::string> values) {
  for (const std::string& value : values) EXPECT_EQ(cleaned(role, value), value);
}

}  // namespace csvm::clean
