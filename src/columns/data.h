// The data files of this module, as text built into the program (see CMakeLists.txt).
#pragma once

#include <span>
#include <string_view>

namespace csvm::columns {

struct DataFile {
  std::string_view name;
  std::string_view text;
};

std::span<const DataFile> vocabulary_files();  // names.txt, contact.txt ...
std::string_view platforms_file();
std::string_view shapes_file();

}  // namespace csvm::columns
