#include <algorithm>
#include <ranges>

#include "company_score.h"
#include "csvm/text.h"
#include "dates.h"
#include "person_score.h"
#include "score.h"
#include "weights.h"

namespace csvm::cluster {
namespace {

std::string_view local_of(std::string_view address) { return address.substr(0, address.find('@')); }

// A slip in a mailbox's name, not "lee2" for "lee" or "lee.jr": those are other people's.
bool is_mailbox_slip(std::string_view a, std::string_view b) {
  if (std::min(a.size(), b.size()) < 5 || a.starts_with(b) || b.starts_with(a)) return false;
  const auto is_digit = [](char letter) { return letter >= '0' && letter <= '9'; };
  return std::ranges::equal(a | std::views::filter(is_digit), b | std::views::filter(is_digit)) &&
         text::edit_distance(a, b, 2) <= 2;
}

// Names are kept folded; people read them with capitals.
std::string capitalised(std::string_view words) {
  std::string text(words);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool starts = i == 0 || text[i - 1] == ' ';
    if (starts && text[i] >= 'a' && text[i] <= 'z')
      text[i] = static_cast<char>(text[i] - 'a' + 'A');
  }
  return text;
}

class PeopleScorer {
 public:
  PeopleScorer(const Side& a, const Side& b, const ScoreContext& context)
      : a_(a), b_(b), x_(*a.row), y_(*b.row), context_(context) {}

  PairScore run() {
    if (context_.notes == nullptr && are_plainly_others()) {
      score_.margin = -30;
      score_.veto = true;
      return score_;
    }
    name_ = compare_people_names(a_, b_, context_.frequencies);
    settle_initial();
    compare_identifiers();
    // A personal mailbox may be a family's, and twins share it and the date of birth.
    proven_ = birth_equal_ && (same_number_ || same_work_mailbox_);
    if (proven_) {
      name_.given_bits = std::max(name_.given_bits, weights::conflict_of_proven);
      name_.family_bits = std::max(name_.family_bits, weights::conflict_of_proven);
    }
    // Most pairs end here: other people, and no identifier says otherwise.
    if (context_.notes == nullptr && !score_.strong && !birth_equal_ && !birth_close_ &&
        !number_slip_ &&
        (name_.given == PartLevel::conflict || name_.family == PartLevel::conflict)) {
      score_.margin = -30;
      score_.veto = score_.veto || name_.given == PartLevel::conflict;
      return score_;
    }
    if (score_.strong && name_.family == PartLevel::conflict && name_.given >= PartLevel::typo) {
      name_.family_bits = weights::family_changed;  // marriage
    }
    note_names();
    compare_companies();
    compare_phones();
    compare_places();
    score_.margin = total_ + other_ - context_.frequencies.prior();
    apply_rules();
    return score_;
  }

 private:
  // Most pairs of a large block: no identifier agrees, and the first names begin with other
  // letters, are no forms of one name, and are not the other's last name.
  bool are_plainly_others() const {
    const auto agrees = [](std::uint64_t mine, std::uint64_t theirs) {
      return mine != 0 && mine == theirs;
    };
    if (agrees(x_.profile, y_.profile) || agrees(x_.personal, y_.personal) ||
        agrees(x_.work, y_.work) || agrees(a_.other_id, b_.other_id) ||
        agrees(x_.birth, y_.birth) || (a_.other_id != 0 && b_.other_id != 0)) {
      return false;
    }
    if (a_.given.count != 1 || b_.given.count != 1 || a_.family.empty() || b_.family.empty() ||
        !a_.parts[Part::alias].empty() || !b_.parts[Part::alias].empty()) {
      return false;
    }
    const HashedWord& mine = a_.given.words[0];
    const HashedWord& theirs = b_.given.words[0];
    const auto crossed = [](const HashedWord& given, const HashedWords<6>& family) {
      return std::ranges::any_of(family.all(), [&](const HashedWord& word) {
        return word.text.front() == given.text.front();
      });
    };
    if (mine.text.front() == theirs.text.front() || crossed(mine, b_.family) ||
        crossed(theirs, a_.family)) {
      return false;
    }
    const Dictionary& dictionary = Dictionary::get();
    return !dictionary.groups(mine.hash).shares(dictionary.groups(theirs.hash)) &&
           text::edit_distance(mine.text, theirs.text, 2) > 2;
  }

  void add_name(float bits, const std::string& words) {
    total_ += bits;
    if (context_.notes != nullptr) context_.notes->push_back({{}, words, bits});
  }
  // Evidence that is not the name.
  void add(float bits, const char* words) {
    other_ += bits;
    context_.note(bits, words);
  }
  float rarity(Kind kind, std::uint64_t hash) const {
    return context_.frequencies.bits(kind, hash, weights::rare_word);
  }

  // "J. Park" with the mailbox jane.park is Jane.
  void settle_initial() {
    if (name_.given != PartLevel::initial || a_.given.empty() || b_.given.empty()) return;
    const bool a_is_short = a_.given.words[0].text.size() == 1;
    const Side& initial = a_is_short ? a_ : b_;
    const Side& whole = a_is_short ? b_ : a_;
    const std::string_view given = whole.given.words[0].text;
    if (given.size() >= 3 && (initial.row->flags & work_is_role) == 0 &&
        initial.parts[Part::mailbox].starts_with(given)) {
      name_.given = PartLevel::spelling;
      name_.given_bits = 6;
    }
  }

  void compare_identifiers() {
    if (x_.profile != 0 && y_.profile != 0) {
      if (x_.profile == y_.profile) {
        score_.strong = same_profile_ = true;
        add(rarity(Kind::mailbox, x_.profile) + weights::strong_bonus, "same LinkedIn profile");
      } else {
        score_.veto = true;
        context_.note(0, "other LinkedIn profile");
      }
    }
    if (x_.personal != 0 && y_.personal != 0) {
      if (x_.personal == y_.personal) {
        score_.strong = true;
        add(rarity(Kind::mailbox, x_.personal) + weights::strong_bonus,
            "same personal e-mail address");
      } else if (!same_profile_) {
        score_.veto = true;
        context_.note(0, "other personal e-mail address");
      }
    }
    if (x_.birth != 0 && y_.birth != 0) {
      switch (compare_dates(x_.birth, y_.birth)) {
        case DateLevel::equal:
          birth_equal_ = true;
          add(context_.frequencies.bits(Kind::birth, x_.birth, weights::birth_date) + 1,
              "born on the same day");
          break;
        case DateLevel::close:
          birth_close_ = true;
          add(weights::birth_close, "nearly the same date of birth");
          break;
        case DateLevel::same_year:
          add(weights::birth_same_year, "born in the same year");
          break;
        case DateLevel::apart:
          birth_differs_ = true;
          add(weights::birth_conflict, "other date of birth");
          break;
      }
    }
    compare_work_mail();
    compare_registers();
  }

  void compare_work_mail() {
    if (x_.work == 0 || y_.work == 0) return;
    const bool role_a = (x_.flags & work_is_role) != 0;
    const bool role_b = (y_.flags & work_is_role) != 0;
    if (x_.work == y_.work) {
      if (role_a) return;  // counts as the same company below
      score_.strong = same_work_mailbox_ = true;
      add(rarity(Kind::mailbox, x_.work) + weights::strong_bonus, "same e-mail address");
      return;
    }
    if (role_a || role_b) return;
    const std::string_view mine = a_.parts[Part::mailbox];
    const std::string_view theirs = b_.parts[Part::mailbox];
    const std::string_view local = local_of(mine);
    const bool same_local = local == local_of(theirs);
    if (a_.work_domain == b_.work_domain && a_.work_domain != 0) {
      if (is_mailbox_slip(local, local_of(theirs))) {
        add(weights::mailbox_slip, "e-mail address with a slip");
        mailbox_slip_ = true;
      } else if (!same_profile_ && !birth_equal_) {
        score_.veto = true;
        context_.note(0, "other mailbox at the same company");
      }
    } else if (same_local && mine.size() >= 12 && text::edit_distance(mine, theirs, 2) <= 2) {
      add(weights::mailbox_slip, "e-mail address with a slip");
      mailbox_slip_ = true;
    } else if (same_local && local.size() >= 5) {
      add(2, "same mailbox name at another company");
    } else if (!same_profile_) {
      add(-2, "other e-mail address");
    }
  }

  void compare_registers() {
    const std::string_view mine = a_.parts[Part::other_id];
    const std::string_view theirs = b_.parts[Part::other_id];
    if (a_.other_id == 0 || b_.other_id == 0) return;
    if (a_.other_id == b_.other_id) {
      score_.strong = same_number_ = true;
      add(rarity(Kind::mailbox, a_.other_id), "same personal number");
    } else if (mine.size() == theirs.size() && text::edit_distance(mine, theirs, 1) <= 1) {
      number_slip_ = true;
      add(4, "personal number with a slip");
    } else {
      add(weights::register_conflict, "other personal number");
    }
  }

  void note_names() {
    const auto describe = [&](PartLevel level, std::string_view mine, std::string_view theirs,
                              const char* what) -> std::string {
      std::string text;
      if (context_.notes == nullptr) return text;
      const auto pair = [&](const char* relation) {
        text = capitalised(mine);
        text += relation;
        text += capitalised(theirs);
      };
      switch (level) {
        case PartLevel::missing:
          break;
        case PartLevel::conflict:
          pair(" is not ");
          break;
        case PartLevel::far:
        case PartLevel::typo:
          pair(" ~ ");
          break;
        case PartLevel::initial:
        case PartLevel::half:
        case PartLevel::nickname:
        case PartLevel::spelling:
          pair(" = ");
          break;
        case PartLevel::equal:
          text.append("same ").append(what).append(" name");
          break;
      }
      return text;
    };
    const std::string given =
        describe(name_.given, a_.parts[Part::given], b_.parts[Part::given], "first");
    const std::string family =
        describe(name_.family, a_.parts[Part::family], b_.parts[Part::family], "last");
    if (name_.swapped) {
      add_name(name_.given_bits + name_.family_bits, "first and last name swapped");
    } else if (name_.given == PartLevel::equal && name_.family == PartLevel::equal) {
      add_name(name_.given_bits + name_.family_bits, "same name");
    } else {
      if (name_.given != PartLevel::missing) add_name(name_.given_bits, given);
      if (name_.family != PartLevel::missing) add_name(name_.family_bits, family);
    }
    if (name_.middle_bits != 0) {
      add_name(name_.middle_bits, name_.middle_bits > 0 ? "same middle name" : "other middle name");
    }
    if (name_.other_generation) context_.note(0, "other generation (Jr, Sr)");
  }

  // One company however it shows: by name, by site, by the domain of the e-mail address.
  void compare_companies() {
    float best = 0;
    const char* words = nullptr;
    const auto consider = [&](float bits, const char* reason) {
      if (words != nullptr && bits <= best) return;
      best = bits;
      words = reason;
    };
    const auto same_site = [&](std::uint64_t mine, std::uint64_t theirs) {
      if (mine == 0 || mine != theirs) return;
      consider(rarity(Kind::site, mine), "same company domain");
    };
    same_site(x_.site, y_.site);
    // How common a site is costs the most here, and most mailboxes are at the company's own.
    if (a_.work_domain != x_.site || b_.work_domain != y_.site) {
      same_site(a_.work_domain, b_.work_domain);
      same_site(x_.site, b_.work_domain);
      same_site(a_.work_domain, y_.site);
    }
    NameLevel level = NameLevel::missing;
    if (!a_.company.empty() && !b_.company.empty()) {
      if (a_.company_hash == b_.company_hash) {
        level = NameLevel::equal;
        consider(rarity(Kind::company, a_.company_hash), "same company");
      } else if (!have_words_in_common(a_, b_)) {
        level = NameLevel::conflict;
      } else {
        const NameEvidence found = compare_company_names(a_, b_, context_.frequencies);
        level = found.numbers_differ ? NameLevel::conflict : found.level;
        if (level == NameLevel::spelling || level == NameLevel::part) {
          const float least = std::min(rarity(Kind::company, a_.company_hash),
                                       rarity(Kind::company, b_.company_hash));
          consider(std::min(least - 1, std::max(0.0F, found.bits)),
                   "same company, another spelling");
        }
      }
    }
    if (words == nullptr && (label_spells(a_.parts[Part::label], b_.company.get()) ||
                             label_spells(b_.parts[Part::label], a_.company.get()))) {
      consider(4, "company domain spells the company name");
    }
    if (words != nullptr) {
      same_company_ = true;
      add(best, words);
      return;
    }
    const bool domains =
        (x_.site != 0 || a_.work_domain != 0) && (y_.site != 0 || b_.work_domain != 0);
    if (level == NameLevel::conflict || level == NameLevel::weak ||
        (level == NameLevel::missing && domains)) {
      if (!score_.strong && !mailbox_slip_) add(weights::company_conflict, "other company");
    }
  }

  void compare_phones() {
    if (x_.phone == 0 || x_.phone != y_.phone) return;
    const float cap = same_company_ ? 4 : weights::phone_cap;
    add(std::min(cap, rarity(Kind::phone, x_.phone)), "same phone number");
  }

  void compare_places() {
    // No place says so much that the pair would be told.
    const bool addresses_agree = (x_.flags & y_.flags & place_is_address) != 0;
    const float most = addresses_agree ? weights::address_cap : weights::place_cap;
    const bool same_key = x_.key != 0 && x_.key == y_.key;  // which alone may decide below
    if (context_.notes == nullptr && !same_key &&
        total_ + other_ + most - context_.frequencies.prior() < context_.lowest) {
      return;
    }
    const PlaceEvidence place = compare_places_of_sides();
    if (!place.known) return;
    if (place.share < 0.3F) {
      add(weights::place_conflict, addresses_agree ? "other address" : "other place");
    } else {
      const float bits = std::min(addresses_agree ? weights::address_cap : weights::place_cap,
                                  place.bits * place.share);
      address_bits_ = addresses_agree ? bits : 0;
      add(addresses_agree && place.numbers_differ ? std::min(bits, weights::place_cap) : bits,
          addresses_agree ? "same address" : "same place");
    }
  }
  PlaceEvidence compare_places_of_sides() const {
    return cluster::compare_places(a_, b_, context_.frequencies);
  }

  void apply_rules() {
    if (name_.other_generation) score_.veto = true;
    score_.same_name =
        proven_ || (name_.given >= PartLevel::far && name_.family >= PartLevel::typo &&
                    !is_loose(name_.given) && !is_loose(name_.family));
    if (name_.given == PartLevel::conflict && !same_number_ && !proven_) {
      // A number with a slip at one family name: a household, or one person told wrongly.
      const bool household = number_slip_ && (birth_equal_ || name_.family >= PartLevel::typo);
      score_.by_first_name = !score_.veto && (score_.strong || birth_equal_ || birth_close_);
      (household ? score_.second_hand : score_.veto) = true;
    }
    score_.initial = name_.given == PartLevel::initial || name_.family == PartLevel::initial;
    const bool sure = score_.strong || birth_equal_;
    const bool missing = name_.given == PartLevel::missing || name_.family == PartLevel::missing;
    const bool doubtful = name_.given == PartLevel::far || name_.family == PartLevel::far;
    const bool only_names = !context_.has_company && other_ == 0;
    const bool same_address = address_bits_ >= weights::address_agrees;
    const bool nearly_sure = number_slip_ && same_address && !birth_differs_;
    if (!sure && missing && !nearly_sure) score_.second_hand = true;
    if (!sure && doubtful && !(same_address && !birth_differs_)) score_.second_hand = true;
    if (!sure && name_.generation_on_one_side) score_.second_hand = true;
    if (!score_.strong && name_.family == PartLevel::conflict &&
        !(birth_equal_ && same_address && name_.given >= PartLevel::typo)) {
      score_.second_hand = true;
    }
    if (birth_differs_ && !score_.strong && !mailbox_slip_ && !(number_slip_ && same_address))
      score_.second_hand = true;
    // Father and son of one name; a mailbox that both use does not make them one.
    const bool own_identifier =
        same_profile_ || same_number_ || number_slip_ || same_work_mailbox_ || mailbox_slip_;
    if (birth_differs_ && !own_identifier && are_a_generation_apart(x_.birth, y_.birth)) {
      score_.second_hand = score_.apart = true;
      score_.veto = score_.veto || score_.strong;
      score_.by_first_name = false;
    }
    if (name_.middle_bits < 0 && !sure) score_.second_hand = true;
    if (!sure && !only_names && other_ < 3) score_.second_hand = true;
    if (x_.key != 0 && x_.key == y_.key && !score_.veto && !score_.second_hand &&
        context_.has_name && context_.has_company) {
      score_.margin = std::max(score_.margin, 2.0F);
    }
    if (score_.veto) score_.margin = std::min(score_.margin, -20.0F);
    if (score_.second_hand) score_.margin = std::min(score_.margin, never_merged);
  }

  // Levels at which two people's names may agree.
  static bool is_loose(PartLevel level) {
    return level == PartLevel::initial || level == PartLevel::nickname || level == PartLevel::half;
  }

  const Side& a_;
  const Side& b_;
  const FuzzyRow& x_;
  const FuzzyRow& y_;
  const ScoreContext& context_;
  PairScore score_;
  PersonEvidence name_;
  float total_ = 0;  // of the names
  float other_ = 0;  // of everything else
  bool same_profile_ = false, same_number_ = false, birth_equal_ = false, birth_differs_ = false;
  bool birth_close_ = false;
  float address_bits_ = 0;
  bool same_company_ = false, mailbox_slip_ = false, number_slip_ = false;
  bool same_work_mailbox_ = false, proven_ = false;
};

}  // namespace

PairScore score_people(const Side& a, const Side& b, const ScoreContext& context) {
  return PeopleScorer(a, b, context).run();
}

}  // namespace csvm::cluster
