#include <gtest/gtest.h>

#include <random>

#include "csvm/text.h"
#include "tests/plain_twins.h"

namespace csvm::text {
namespace {

// The fast measures agree with their definitions on `a` and `b`.
void expect_like_the_plain_twins(const std::string& a, const std::string& b) {
  SCOPED_TRACE(testing::PrintToString(a) + " / " + testing::PrintToString(b));
  const double similarity = plain::ratio(a, b);
  EXPECT_DOUBLE_EQ(ratio(a, b), similarity);
  const CachedRatio cached(a);
  EXPECT_DOUBLE_EQ(cached(b), similarity);
  EXPECT_DOUBLE_EQ(cached(b, 85), similarity < 85 ? 0 : similarity);
  const std::string_view many[] = {a, b, a};
  float scores[3] = {};
  ManyRatio{many}(b, scores);
  EXPECT_FLOAT_EQ(scores[0], static_cast<float>(similarity));
  EXPECT_FLOAT_EQ(scores[1], 100.0F);
  EXPECT_FLOAT_EQ(scores[2], static_cast<float>(similarity));

  const std::size_t distance = plain::edit_distance(a, b);
  for (const std::size_t limit : {std::size_t{0}, std::size_t{1}, std::size_t{2}, std::size_t{5},
                                  std::size_t{30}, a.size() + b.size()}) {
    EXPECT_EQ(edit_distance(a, b, limit), std::min(distance, limit + 1)) << "limit " << limit;
  }
  EXPECT_DOUBLE_EQ(jaro_winkler(a, b), plain::jaro_winkler(a, b));
}

TEST(Similarity, IsAsDefinedForChosenPairs) {
  const std::string texts[] = {
      "",
      "a",
      "ab",
      "ba",
      "ca",
      "abc",
      "acme corporation",
      "acme corp",
      "acem corporation",
      "martha",
      "marhta",
      "dixon",
      "dicksonx",
      "m\xC3\xBCller gmbh & co. kg",
      std::string(16, 'x'),
      std::string(17, 'x'),
      std::string(32, 'x') + "y",
      std::string(63, 'x'),
      std::string(64, 'x'),
      std::string(65, 'x'),
      std::string(130, 'x') + "abc" + std::string(70, 'y'),
      std::string(200, 'x'),
      std::string("\0\xff\0", 3),
  };
  for (const auto& a : texts) {
    for (const auto& b : texts) expect_like_the_plain_twins(a, b);
  }
}

// Pairs a few edits apart, of every length around the widths of the machine words.
TEST(Similarity, IsAsDefinedForRandomPairs) {
  const unsigned seed = 20240115;
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  const auto below = [&random](std::size_t n) { return std::size_t{random()} % n; };
  for (int round = 0; round < 1500; ++round) {
    std::string a(below(round % 10 == 0 ? 180 : 70), ' ');
    for (char& c : a) c = static_cast<char>('a' + below(1 + below(12)));
    std::string b = a;
    for (std::size_t edits = below(8); edits > 0; --edits) {
      const std::size_t at = below(b.size() + 1);
      const std::size_t kind = below(4);
      if (kind == 0) b.insert(at, 1, static_cast<char>('a' + below(12)));
      if (kind == 1 && at < b.size()) b.erase(at, 1 + below(3));
      if (kind == 2 && at < b.size()) b[at] = 'z';
      if (kind == 3 && at + 1 < b.size()) std::swap(b[at], b[at + 1]);
    }
    expect_like_the_plain_twins(a, b);
    if (testing::Test::HasFailure()) return;
  }
}

TEST(Similarity, HasTheValuesKnownFromTheLiterature) {
  EXPECT_NEAR(jaro_winkler("martha", "marhta"), 0.9611, 0.0001);
  EXPECT_NEAR(jaro_winkler("dixon", "dicksonx"), 0.8133, 0.0001);
  EXPECT_EQ(edit_distance("kitten", "sitting", 9), 3U);
  EXPECT_EQ(edit_distance("ca", "abc", 9), 3U);  // 2 if a swapped pair could be edited again
  EXPECT_NEAR(ratio("this is a test", "this is a test!"), 96.5517, 0.0001);
}

TEST(ManyRatio, KeepsTheOrderOfTextsOfMixedLengths) {
  std::vector<std::string> owned;
  for (std::size_t i = 0; i < 300; ++i) {
    owned.push_back(std::string(i * 37 % 90, 'a') + std::to_string(i));
  }
  const std::vector<std::string_view> texts(owned.begin(), owned.end());
  const ManyRatio many(texts);
  ASSERT_EQ(many.size(), texts.size());
  std::vector<float> scores(texts.size());
  const std::string query = std::string(30, 'a') + "17";
  many(query, scores);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    EXPECT_FLOAT_EQ(scores[i], static_cast<float>(plain::ratio(texts[i], query))) << i;
  }
}

}  // namespace
}  // namespace csvm::text
