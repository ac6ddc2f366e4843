// score.h - two rows -> evidence that they are one lead, in bits; and the scale users see.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "frequency.h"
#include "side.h"

namespace csvm::cluster {

/// One comparison that counted: in words, and the bits it added or took.
struct Note {
  std::string_view fixed;  // words of ours, or else
  std::string made;
  float bits;

  std::string_view words() const { return made.empty() ? fixed : std::string_view(made); }
};

/// What the file has, and who listens.
struct ScoreContext {
  const Frequencies& frequencies;
  bool has_name = true;
  bool has_company = true;  // the file has a second key column
  float lowest = -8;        // margins below need not be told exactly
  std::vector<Note>* notes = nullptr;

  void note(float bits, const char* words) const {
    if (notes != nullptr) notes->push_back({words, {}, bits});
  }
};

/// The bits above (or below) what it takes to believe that two rows are one lead.
struct PairScore {
  float margin = 0;
  bool veto = false;           // must never be in one cluster, whatever connects them
  bool by_first_name = false;  // the veto is for other first names where all else says one person
  bool same_name = false;      // names agree by more than initials and short forms, or are proven
  bool apart = false;          // other identifiers of one kind: no third row makes them one
  bool strong = false;         // an identifier of the lead's own agrees
  bool initial = false;        // a given or family name agrees by its first letter only
  bool second_hand = false;    // no more than listed, whatever the margin: a rule forbids the merge
};

/// `second_hand` margins are held just below this.
inline constexpr float never_merged = -0.25F;

PairScore score_people(const Side& a, const Side& b, const ScoreContext& context);
PairScore score_companies(const Side& a, const Side& b, const ScoreContext& context);

/// The scale of `--threshold`: 85 is the line where the evidence for one lead outweighs chance;
/// about four points below are one bit (half as sure), 100 is never quite reached.
float points(float margin);
/// The margin that `points` stand for.
float margin_of(double points);

/// Bits of the words that two places share, and what share of the shorter one that is.
struct PlaceEvidence {
  float bits = 0;
  float share = 0;
  bool numbers_differ = false;
  bool known = false;
};
PlaceEvidence compare_places(const Side& a, const Side& b, const Frequencies& frequencies);

}  // namespace csvm::cluster
