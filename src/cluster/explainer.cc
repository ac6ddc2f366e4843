// Why two rows were joined: they are compared once more, with somebody listening.
#include <fmt/format.h>

#include <algorithm>

#include "exact.h"
#include "fuzzy.h"
#include "side.h"

namespace csvm::cluster {

struct Explainer::State {
  const Comparables::Store& store;
  const Settings& settings;
  Link link{};
  Side a, b;
  std::vector<Note> notes;
  std::string text;

  bool is_scored() const {
    return link.evidence != decided && settings.mode == Mode::fuzzy && store.frequencies != nullptr;
  }
  // How common its values are lies anywhere in memory.
  void ask_for(const Side& side) const {
    const Frequencies& frequencies = *store.frequencies;
    frequencies.ask_for(Kind::company, side.company_hash);
    frequencies.ask_for(Kind::site, side.row->site);
    frequencies.ask_for(Kind::mailbox, side.row->profile);
    if (!side.given.empty()) frequencies.ask_for(Kind::given, side.given.words[0].hash);
    if (!side.family.empty()) {
      frequencies.ask_for(Kind::family, side.family.words[side.family.count - 1].hash);
    }
  }
  void score() {
    notes.clear();
    ScoreContext context = context_for(store);
    context.notes = &notes;
    score_pair(store, a, b, context);
    // What speaks for it first, the strongest in front.
    std::ranges::sort(notes, [](const Note& x, const Note& y) {
      return x.bits != y.bits ? x.bits > y.bits : x.words() < y.words();
    });
    for (const Note& note : notes) {
      if (note.words().empty()) continue;
      if (!text.empty()) text += "; ";
      text += note.words();
      if (settings.explain_weights) text += fmt::format(" ({:+.1f})", note.bits);
    }
    if (settings.explain_weights) {
      text += fmt::format("; chance ({:+.1f})", -store.frequencies->prior());
    }
  }
};

Explainer::Explainer(const Comparables& rows, const Settings& settings)
    : state_(std::make_unique<State>(State{rows.store(), settings, {}, {}, {}, {}, {}})) {}
Explainer::Explainer(Explainer&&) noexcept = default;
Explainer::~Explainer() = default;

void Explainer::look_at(const Link& link) {
  state_->link = link;
  if (!state_->is_scored()) return;
  state_->a.fill(state_->store, link.row);
  state_->b.fill(state_->store, link.with);
  state_->ask_for(state_->a);
  state_->ask_for(state_->b);
}

std::string_view Explainer::explain() {
  std::string& text = state_->text;
  text.clear();
  if (state_->link.evidence == decided) {
    text = "decided by you";
  } else if (state_->is_scored()) {
    state_->score();
  } else if (state_->settings.mode != Mode::fuzzy) {
    text = explain_exact(state_->store, state_->link);
  }
  return text;
}

std::string explain(const Comparables& rows, const Link& link, const Settings& settings) {
  Explainer explainer(rows, settings);
  explainer.look_at(link);
  return std::string(explainer.explain());
}

}  // namespace csvm::cluster
