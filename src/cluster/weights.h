// weights.h - the default weights, in bits: how many times likelier an agreement is between two
// rows of one entity than between two rows picked by chance, as log2. How they were obtained:
// docs/adr/0003-matching-weights.md, tools/match_weights.
#pragma once

namespace csvm::cluster::weights {

// Shares of rows anywhere that have an unknown value of a kind.
inline constexpr float rare_word = 1.0F / 4000;
inline constexpr float common_name = 1.0F / 300;  // a first name of our list
inline constexpr float generic_word = 1.0F / 40;  // "solutions", "group"
inline constexpr float place_word = 1.0F / 400;
inline constexpr float rare_given = 9;  // bits: commoner first names are no slips of others
inline constexpr float birth_date = 1.0F / 15000;

// A line of the scale: bits of evidence above what chance needs -> 0..100 (see score.h).
inline constexpr float bits_a_point = 0.24F;

// People: cost of a level below the bits of full agreement.
inline constexpr float nickname = 1.5F;
inline constexpr float typo = 3.5F;
inline constexpr float far_typo = 6.5F;
inline constexpr float swapped = 1.5F;
inline constexpr float initial_bits = 2.5F;
inline constexpr float given_conflict = -14;
inline constexpr float family_conflict = -10;
inline constexpr float family_changed = -5;  // an identifier and the first name agree
// Where register number and date of birth both agree the names may be wrong.
inline constexpr float conflict_of_proven = -5;
inline constexpr float address_agrees = 6;  // an address that says so much is one household's
inline constexpr float family_half = 2;     // one part of a double name
inline constexpr float middle_conflict = -5;

// Identifiers, above the rarity of the value.
inline constexpr float strong_bonus = 4;  // LinkedIn page, mailbox
inline constexpr float company_conflict = -4;
inline constexpr float birth_conflict = -9;
inline constexpr float birth_close = 3;
inline constexpr float birth_same_year = -3;
inline constexpr float mailbox_slip = 6;
inline constexpr float register_conflict = -2;
inline constexpr float phone_cap = 9;
inline constexpr float place_cap = 4;
inline constexpr float address_cap = 9;
inline constexpr float place_conflict = -1.5F;

// Of the margins between all rows of two clusters.
inline constexpr float least_mean_people = -5;
inline constexpr float least_mean_companies = -3;

// Companies.
inline constexpr float other_order = -2.5F;  // "Victoria University", "University of Victoria"
inline constexpr float site_conflict = -6;
inline constexpr float site_same_label = -9;  // acme.com, acme.io
inline constexpr float site_other_country = 1;
inline constexpr float site_spells_name = 3;
inline constexpr float phone_conflict = -1.5F;
inline constexpr float address_conflict = -6;
inline constexpr float year_equal = 3;
inline constexpr float year_conflict = -3;
inline constexpr float leftover_generic = -1;
inline constexpr float leftover_base = -1.5F;
inline constexpr float leftover_share = 0.45F;  // of the bits of a word that only one side has
inline constexpr float one_sided = 1.4F;        // when only one side has words left over
inline constexpr float leftover_own = -1.9F;    // below this a word is one's own
inline constexpr float own_words = -6;
inline constexpr float two_liberties = -1.5F;  // a slip, and words left over
inline constexpr float number_conflict = -16;
// The most that phone, place and year of founding say together.
inline constexpr float most_without_identifier = 22;
inline constexpr float acronym = 5;

}  // namespace csvm::cluster::weights
