// store.h - what matching keeps of the rows: flat records and packed text.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "company_name.h"
#include "csvm/bytes.h"
#include "csvm/cluster.h"
#include "frequency.h"
#include "identifiers.h"
#include "person_name.h"

namespace csvm::cluster {

/// Where the memory of pieces comes from: the heap or, once `lie_in` was called, a scratch, whose
/// pages are large or such as the system can write out. What was taken stays until the ground goes.
class Ground {
 public:
  /// `scratch` must outlive this.
  void lie_in(bytes::Scratch& scratch) { scratch_ = &scratch; }
  bool is_scratch() const { return scratch_ != nullptr; }
  std::byte* take(std::size_t bytes);

 private:
  bytes::Scratch* scratch_ = nullptr;
  std::vector<std::unique_ptr<std::byte[]>> heap_;
  std::vector<bytes::ScratchArray<std::byte>> mapped_;
};

/// Elements in pieces that never move: growing costs no copy, and joining copies what is new.
template <class T>
class Pieces {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  static constexpr std::size_t piece_bits = 12;
  static constexpr std::size_t piece_size = std::size_t{1} << piece_bits;

  void lie_in(bytes::Scratch& scratch) { ground_.lie_in(scratch); }
  T& push() {
    if (size_ == pieces_.size() * piece_size) grow();
    T& place = (*this)[size_++];
    return place;
  }
  T& operator[](std::size_t i) { return pieces_[i >> piece_bits][i & (piece_size - 1)]; }
  const T& operator[](std::size_t i) const {
    return pieces_[i >> piece_bits][i & (piece_size - 1)];
  }
  std::size_t size() const { return size_; }

 private:
  void grow() {
    // A mapping is dear, and the system has no more than some ten thousand.
    const std::size_t more =
        ground_.is_scratch() ? std::clamp<std::size_t>(pieces_.size(), 16, 64) : 1;
    T* const taken = reinterpret_cast<T*>(ground_.take(more * piece_size * sizeof(T)));
    for (std::size_t i = 0; i < more; ++i) pieces_.push_back(taken + i * piece_size);
  }

  Ground ground_;
  std::vector<T*> pieces_;
  std::size_t size_ = 0;
};

/// Bytes that never move.
class TextArena {
 public:
  void lie_in(bytes::Scratch& scratch) { ground_.lie_in(scratch); }
  char* take(std::size_t bytes);

 private:
  Ground ground_;
  char* at_ = nullptr;
  std::size_t left_ = 0;   // of the last chunk
  std::size_t taken_ = 0;  // in chunks
};

/// The texts of a row that comparing looks at; words are folded, one blank between them.
enum class Part : std::uint8_t {
  given,
  family,
  alias,
  company,        // core words
  company_alias,  // "X" of "X dba Y"
  label,          // the site's own name
  place,          // words of where the person or company is
  mailbox,        // work e-mail address
  other_id,       // number of a register, letters and digits as written
  work_domain,    // of another domain than the site's: the bytes of its hash
};
inline constexpr std::size_t part_count = 10;

/// Packed as part_count lengths, then the texts. A part is cut at 255 bytes.
struct Parts {
  std::array<std::string_view, part_count> text;
  std::string_view& operator[](Part part) { return text[static_cast<std::size_t>(part)]; }
  std::string_view operator[](Part part) const { return text[static_cast<std::size_t>(part)]; }
};
const char* pack(const Parts& parts, std::size_t count, TextArena& arena);
std::size_t packed_bytes(const char* packed, std::size_t count);
void unpack(const char* packed, std::size_t count, Parts& parts);

/// How many parts rows keep in exact mode: the name, to see whether two names contradict.
inline constexpr std::size_t exact_parts = 3;

/// One row in exact mode. 0 stands for "there is none".
struct ExactRow {
  std::uint64_t key_low, key_high;  // hash of the key parts; 0 when a part is missing
  std::uint64_t profile;            // LinkedIn profile (people)
  std::uint64_t mailbox;            // an address of the person's own (people)
  const char* name;                 // packed parts, null for companies
};

/// One row in fuzzy mode: a cache line. Numbers are hashes; 0 stands for "there is none". What few
/// rows have is packed with the text.
struct FuzzyRow {
  const char* text;  // packed parts
  std::uint64_t key;
  std::uint64_t profile;  // LinkedIn: the person's (people), the company's (company tables)
  std::uint64_t site;
  std::uint64_t work;      // address, also one that is a role's
  std::uint64_t personal;  // address, also a free-mail one in the work column
  std::uint64_t phone;
  std::uint32_t birth;  // yyyymmdd
  std::uint16_t year;   // founded
  std::uint8_t generation;
  std::uint8_t flags;  // of RowFlag
};
static_assert(sizeof(FuzzyRow) == 64);
enum RowFlag : std::uint8_t {
  work_is_role = 1,
  site_is_shared = 2,    // a page on a host where anybody has one
  site_is_national = 4,  // its public suffix is a country's
  place_is_address = 8,  // the location has a house number
  work_is_at_site = 16,  // the work address is at `site`
};

struct Comparables::Store {
  columns::TableType type = columns::TableType::people;
  Mode mode = Mode::none;
  bool has_name = true;
  bool has_company = true;
  std::size_t rows = 0;
  std::uint64_t memory_bytes = 0;  // 0: no bound
  /// Of what `match` keeps of each row, and of the rows once some were appended: then with a bound.
  std::unique_ptr<bytes::Scratch> space = std::make_unique<bytes::Scratch>(0);
  Pieces<ExactRow> exact;
  Pieces<FuzzyRow> fuzzy;
  TextArena texts;

  // Readers and buffers of `add`.
  NameReader names;
  CompanyReader companies;
  Words words;
  std::string buffer, scratch, place;
  /// Of the last `match`, for `explain`; written by `match` alone.
  mutable std::shared_ptr<const Frequencies> frequencies;
};

/// Adds a row in the form that its mode needs.
void add_exact(Comparables::Store& store, const RowValues& values);
void add_fuzzy(Comparables::Store& store, const RowValues& values);

/// The key of exact mode: the parts hashed; 0 twice when a part is missing.
struct Key {
  std::uint64_t low = 0, high = 0;
};
Key exact_key(Comparables::Store& store, const PersonName& name, const CompanyName& company,
              std::uint64_t site);

/// Appends `words` to `out`, one blank between them.
template <class Words>
void append_words(const Words& words, std::string& out) {
  bool first = true;
  for (const std::string_view word : words) {
    if (!first) out += ' ';
    out += word;
    first = false;
  }
}

/// Calls `use` with each word of a packed text.
template <class Use>
void each_word(std::string_view text, Use&& use) {
  while (!text.empty()) {
    const std::size_t end = text.find(' ');
    use(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
}

}  // namespace csvm::cluster
