// receive.h - one file of a user on its way into store and files, whatever it comes by.
#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "context.h"

namespace csvm::api {

/// A file name as users may see it again: no folders, no control or direction characters, at most
/// 255 bytes of UTF-8; "file.csv" when nothing is left. It never becomes a path.
std::string display_name(std::string_view given);

/// Receives one new file. What is not finished leaves nothing behind: neither an entry in the
/// store nor bytes. Every call but the constructor blocks. Threads: one at a time.
class Receipt {
 public:
  /// Enters the file; `limit_exceeded` names the limit.
  static Result<std::unique_ptr<Receipt>> begin(Context& context, const store::Session& session,
                                                std::string_view upload, std::string_view name);
  ~Receipt();
  Receipt(const Receipt&) = delete;
  Receipt& operator=(const Receipt&) = delete;

  Result<void> write(std::string_view data);
  /// Looks into the file and keeps it, with what was found. Fails as jobs::inspect does for what
  /// is no CSV; the file is then gone.
  Result<store::SourceFile> finish(std::stop_token stop);

 private:
  Receipt(Context& context, std::string session, store::SourceFile file,
          std::unique_ptr<files::Writer> writer);

  Context& context_;
  std::string session_;
  store::SourceFile file_;
  std::unique_ptr<files::Writer> writer_;
  bool is_kept_ = false;
};

/// Looks into a file whose bytes are committed and completes it in the store; on a failure the
/// file is removed from both. Blocking.
Result<store::SourceFile> look_and_complete(Context& context, const std::string& session,
                                            const store::SourceFile& file, std::uint64_t bytes,
                                            std::stop_token stop);

}  // namespace csvm::api
