// Files of a test, in a folder that goes with it.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "csvm/bytes.h"

namespace csvm::bytes {

class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "bytes_XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::permissions(path_, std::filesystem::perms::owner_all, ignored);
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string path(const std::string& name) const { return (path_ / name).string(); }

  /// Writes a file and returns its path.
  std::string file(const std::string& name, const std::string& content) const {
    std::ofstream(path_ / name, std::ios::binary) << content;
    return path(name);
  }

  std::string content(const std::string& name) const {
    std::ifstream file(path_ / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(path_)) {
      names.push_back(entry.path().filename().string());
    }
    return names;
  }

 private:
  std::filesystem::path path_;
};

inline std::string all_of(const Text& text) {
  std::string content(static_cast<std::size_t>(text.size()) + 10, '\0');
  const auto count = text.read_at(0, std::span<char>(content));
  EXPECT_TRUE(count);
  content.resize(count ? *count : 0);
  return content;
}

/// Opens a file with this content, which must go well.
inline std::unique_ptr<Text> opened(const Folder& folder, const std::string& content,
                                    const OpenOptions& options = {}) {
  auto text = open_text(folder.file("leads.csv", content), options);
  if (!text) {
    ADD_FAILURE() << text.error().message;
    return text_from_string("", "");
  }
  return std::move(*text);
}

/// The error of opening a file with this content.
inline Error refused(const Folder& folder, const std::string& content,
                     const OpenOptions& options = {}) {
  const std::string path = folder.file("leads.csv", content);
  const auto text = open_text(path, options);
  if (text) {
    ADD_FAILURE() << "opened as " << (*text)->encoding();
    return {};
  }
  EXPECT_NE(text.error().message.find("'" + path + "'"), std::string::npos) << text.error().message;
  return text.error();
}

}  // namespace csvm::bytes
