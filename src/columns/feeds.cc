#include "feeds.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace csvm::columns {
namespace {

class Composer {
 public:
  Composer(const FieldSet& fields, const Row& row, Mapping& mapping)
      : fields_(fields), row_(row), mapping_(mapping) {}

  void run() {
    mapping_.fields.assign(fields_.fields.size(), {});
    for (std::size_t field = 0; field < fields_.fields.size(); ++field) {
      const std::vector<std::size_t> columns = columns_of(field);
      const Role role = fields_.fields[field].role;
      if (role == Role::person_location || role == Role::company_location) {
        feed_place(field, columns);
      } else if (!columns.empty()) {
        mapping_.fields[field].push_back({Composition::first_nonempty, columns});
      }
    }
    feed_names();
  }

 private:
  /// The columns mapped to a field: its primary one, then by rank, then by position.
  std::vector<std::size_t> columns_of(std::size_t field) const {
    std::vector<std::size_t> columns;
    for (std::size_t i = 0; i < mapping_.columns.size(); ++i) {
      if (mapping_.columns[i].field == field) columns.push_back(i);
    }
    std::ranges::sort(columns, {}, [&](std::size_t column) {
      const bool is_primary = mapping_.primary[field] == column;
      return std::pair(is_primary ? -1000 : row_.columns[column].meaning.rank, column);
    });
    return columns;
  }

  /// "14 Larkspur Row" in a column called "Address" is a street when a city stands elsewhere.
  bool is_street(std::size_t column) const {
    const Column& at = row_.columns[column];
    return at.meaning.address_like && at.values.count > 0 && at.values.mean_words <= 4.5;
  }

  void feed_place(std::size_t field, const std::vector<std::size_t>& columns) {
    std::vector<std::size_t> whole;
    std::optional<std::size_t> city, state, country;
    std::vector<std::size_t> rest;
    const bool has_city = std::ranges::any_of(columns, [&](std::size_t column) {
      return row_.columns[column].meaning.part == Part::city;
    });
    for (const std::size_t column : columns) {
      const Meaning& meaning = row_.columns[column].meaning;
      const bool is_place = meaning.attribute == Attribute::place;
      const auto take = [&](std::optional<std::size_t>& part) {
        if (part) {
          rest.push_back(column);
        } else {
          part = column;
        }
      };
      if (!is_place || (meaning.part == Part::whole && !(has_city && is_street(column)))) {
        whole.push_back(column);
      } else if (meaning.part == Part::city) {
        take(city);
      } else if (meaning.part == Part::state) {
        take(state);
      } else if (meaning.part == Part::country || meaning.part == Part::country_code) {
        take(country);
      } else {
        rest.push_back(column);
      }
    }
    std::vector<Feed>& feeds = mapping_.fields[field];
    if (!whole.empty()) feeds.push_back({Composition::first_nonempty, whole});
    std::vector<std::size_t> joined;
    for (const auto& part : {city, state, country}) {
      if (part) joined.push_back(*part);
    }
    if (joined.size() >= 2) {
      for (const std::size_t column : joined) {
        ColumnDecision& decision = mapping_.columns[column];
        if (decision.why != Why::user) decision.why = Why::composed;
      }
      feeds.push_back({Composition::join_location, joined});
    } else if (joined.size() == 1) {
      feeds.push_back({Composition::first_nonempty, joined});
    }
    if (!rest.empty()) feeds.push_back({Composition::first_nonempty, rest});
  }

  std::optional<std::size_t> field_of(Role role) const {
    for (std::size_t i = 0; i < fields_.fields.size(); ++i) {
      if (fields_.fields[i].role == role) return i;
    }
    return std::nullopt;
  }

  std::optional<std::size_t> primary_of(std::optional<std::size_t> field) const {
    return field ? mapping_.primary[*field] : std::nullopt;
  }

  void feed_names() {
    const auto first_field = field_of(Role::first_name);
    const auto last_field = field_of(Role::last_name);
    const auto full_field = field_of(Role::full_name);
    const auto first = primary_of(first_field);
    const auto last = primary_of(last_field);
    const auto full = primary_of(full_field);
    if (full) {
      if (first_field) {
        mapping_.fields[*first_field].push_back({Composition::split_first_name, {*full}});
      }
      if (last_field) {
        mapping_.fields[*last_field].push_back({Composition::split_last_name, {*full}});
      }
    }
    if (!full_field || (!first && !last)) return;
    std::vector<std::size_t> parts;
    if (first) parts.push_back(*first);
    for (std::size_t i = 0; first && last && i < row_.columns.size(); ++i) {
      const Meaning& meaning = row_.columns[i].meaning;
      if (meaning.attribute == Attribute::name_infix && !meaning.blocked &&
          !mapping_.columns[i].field) {
        parts.push_back(i);
        break;
      }
    }
    if (last) parts.push_back(*last);
    mapping_.fields[*full_field].push_back({Composition::join_name, std::move(parts)});
  }

  const FieldSet& fields_;
  const Row& row_;
  Mapping& mapping_;
};

}  // namespace

void compose(const FieldSet& fields, const Row& row, Mapping& mapping) {
  Composer(fields, row, mapping).run();
}

}  // namespace csvm::columns
