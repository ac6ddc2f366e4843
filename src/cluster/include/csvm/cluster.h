// csvm/cluster.h - cleaned rows -> which of them are the same lead. The only public header of
// module `cluster`.
//
//   pipeline (cleaned values of a row) --> Comparables --> match --> Clusters --> merge
//
// Decides that two rows are the same, nothing else: which value wins is `merge`'s.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "csvm/base.h"
#include "csvm/columns.h"

namespace csvm::cluster {

enum class Mode { none, exact, fuzzy };

/// What somebody decided about two rows, whatever their values say.
struct Decision {
  std::uint32_t row, with;
  bool together;
};

struct Settings {
  columns::TableType type = columns::TableType::people;
  Mode mode = Mode::fuzzy;
  /// 0..100: how sure a merge must be. Below `possible` (and down to it) pairs are only listed.
  double threshold = 85;
  double possible = 60;
  /// Which key parts any source file has a column for; a part that none has is left out of the
  /// exact key.
  bool has_name = true;          // people: full name; company: company name
  bool has_company = true;       // people: company name; company: domain
  bool explain_weights = false;  // `explain` adds the weight of each comparison, in bits
  unsigned threads = 1;
  std::vector<Decision> decisions;  // of two that contradict each other, apart holds
  std::uint64_t memory_bytes = 0;   // 0: no bound; above it, keys are spilled to temporary files
  std::stop_token stop;
  std::function<void(double done)> progress;  // 0..1, from any thread
};

/// The cleaned values of one row that matching looks at; empty where there is none. Borrowed for
/// the call only.
struct RowValues {
  std::string_view full_name, first_name, last_name;
  std::string_view company_name;
  std::string_view domain;                             // clean host of the company's site
  std::string_view person_linkedin, company_linkedin;  // canonical URLs
  std::string_view work_email, personal_email, phone;
  std::string_view person_location, company_location;
  std::string_view year_founded;
  // From columns that are no standard fields but say who or where somebody is.
  std::string_view birth_date, street, postcode, register_number;
};

/// What matching keeps of the rows, in row order. Filled per block by one thread each, then
/// joined in order with `append`.
class Comparables {
 public:
  explicit Comparables(const Settings& settings);
  Comparables(Comparables&&) noexcept;
  Comparables& operator=(Comparables&&) noexcept;
  ~Comparables();

  void add(const RowValues& values);  // the next row
  void append(Comparables&& later);   // rows that follow ours
  std::size_t rows() const;

  /// Asks for the memory of a row that `explain` will look at, so that it is there by then: first
  /// for what is kept of it, then, when that is there, for its text.
  void ask_for(std::uint32_t row) const;
  void ask_for_text(std::uint32_t row) const;

  struct Store;
  const Store& store() const { return *store_; }

 private:
  std::unique_ptr<Store> store_;
};

/// Where somebody lives: words and numbers, hashed, and which of them is the house's number.
struct AddressWords {
  static constexpr std::size_t most = 12;
  std::array<std::uint64_t, most> words{};
  std::size_t count = 0;
  std::uint64_t house = 0;     // 0: no address
  std::uint64_t postcode = 0;  // 0: none
};

/// What tells one person from another where no identifier does; 0 where there is none.
struct PersonTraits {
  std::uint64_t name = 0;              // of any words, hashed
  std::uint64_t name_and_company = 0;  // the key of exact mode
  std::uint32_t birth = 0;             // yyyymmdd
  bool whole_name = false;             // first and last
  AddressWords address;
};

/// Whether two people of one name are one, as merging has it: the company, the date of birth or
/// the address agrees, and no other date of birth contradicts.
bool same_person(const PersonTraits& a, const PersonTraits& b);

/// The key of a row as exact mode has it, without the row: for lists to look rows up in. Threads:
/// one per thread.
class KeyReader {
 public:
  explicit KeyReader(columns::TableType type);
  KeyReader(KeyReader&&) noexcept;
  ~KeyReader();

  /// Name and company (company tables: name and site), hashed; 0 when one of them is missing.
  std::uint64_t name_and_company(const RowValues& values);
  /// Of a row of a people table.
  PersonTraits person(const RowValues& values);
  /// A company's name alone, hashed; 0 when there is none.
  std::uint64_t company(std::string_view name);

 private:
  std::unique_ptr<Comparables::Store> store_;
};

/// `Link::evidence` of rows that a decision joined.
inline constexpr std::uint32_t decided = 0xffffffff;

/// Why two rows were joined, or nearly. `score` is 0..100; `explain` puts it into words.
struct Link {
  std::uint32_t row;   // the later row
  std::uint32_t with;  // the earlier row it agreed with
  float score;
  std::uint32_t evidence;  // for `explain`; opaque
};

/// Puts links into words a salesperson understands ("same LinkedIn profile; Bob = Robert"): on
/// demand, so that a million links cost no million texts. Borrows rows and settings. Threads: one
/// per explainer.
class Explainer {
 public:
  Explainer(const Comparables& rows, const Settings& settings);
  Explainer(Explainer&&) noexcept;
  ~Explainer();

  /// Asks for the memory that `explain` will look at, so that it is there a little later.
  void look_at(const Link& link);
  /// The reason of that link; valid until the next call.
  std::string_view explain();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The reason of a single link.
std::string explain(const Comparables& rows, const Link& link, const Settings& settings);

/// The result. A cluster is named by its first row.
struct Clusters {
  std::vector<std::uint32_t> of_row;  // [row] -> first row of its cluster (itself when alone)
  std::vector<Link> links;            // one for each row that is not first, ordered by row
  std::vector<Link> possible;         // pairs that stay apart, ordered by (row, with)
};

/// Finds the clusters. Same rows and settings: same clusters, whatever the number of threads.
Result<Clusters> match(const Comparables& rows, const Settings& settings);

}  // namespace csvm::cluster
