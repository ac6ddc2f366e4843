// contacts.h - the e-mail addresses and phones of a cluster: the one that leads, and the others.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "layout.h"

namespace csvm::pipeline {

/// Collects the different values that a cluster's rows have in each contact field that has
/// numbered columns. Threads: one per object. Borrows the layout.
class Contacts {
 public:
  explicit Contacts(const Layout& layout);

  /// Forgets the last cluster.
  void start();

  /// The next row of the cluster.
  void add(std::span<const std::string_view> values);

  /// `survivor` with its numbered columns filled by the values that did not lead, in order of
  /// first appearance. Valid until `start()`.
  std::span<const std::string_view> put_into(std::span<const std::string_view> survivor);

 private:
  const Layout& layout_;
  std::vector<std::vector<std::string>> seen_;  // per numbered field, different ones
  std::vector<std::string_view> values_;
};

}  // namespace csvm::pipeline
