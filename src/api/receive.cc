#include "receive.h"

#include <algorithm>

#include "job_json.h"

namespace csvm::api {
namespace {

constexpr std::size_t max_name_bytes = 255;

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// Headers without values: for the trial of a configuration.
std::string headers_document(const jobs::FileFacts& facts) {
  return boost::json::serialize(boost::json::value_from(facts.headers));
}

void remove_everywhere(Context& context, const std::string& session, const std::string& file) {
  // What stays is an orphan, and the clean-up finds it.
  static_cast<void>(context.store().remove_file(session, file));
  static_cast<void>(context.files().remove({session, file}));
}

// Characters that do not show but change how text around them does: C1 controls, marks and
// overrides of the writing direction, line and paragraph separators. `name` is valid UTF-8.
std::string without_invisible(std::string_view name) {
  const auto byte = [&](std::size_t i) {
    return i < name.size() ? static_cast<unsigned char>(name[i]) : 0U;
  };
  std::string shown;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (byte(i) == 0xC2 && byte(i + 1) < 0xA0) {
      i += 1;
    } else if (byte(i) == 0xD8 && byte(i + 1) == 0x9C) {
      i += 1;  // U+061C
    } else if (byte(i) == 0xE2 && byte(i + 1) == 0x80 &&
               (byte(i + 2) == 0x8E || byte(i + 2) == 0x8F ||
                (byte(i + 2) >= 0xA8 && byte(i + 2) <= 0xAE))) {
      i += 2;  // U+200E, U+200F, U+2028 ... U+202E
    } else if (byte(i) == 0xE2 && byte(i + 1) == 0x81 && byte(i + 2) >= 0xA6 &&
               byte(i + 2) <= 0xA9) {
      i += 2;  // U+2066 ... U+2069
    } else {
      shown += name[i];
    }
  }
  return shown;
}

}  // namespace

std::string display_name(std::string_view given) {
  const auto folder = given.find_last_of("/\\");
  if (folder != std::string_view::npos) given.remove_prefix(folder + 1);
  std::string name;
  for (const char c : given) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte != 0x7F) name += c;
  }
  if (const auto bad = bytes::first_invalid_utf8(name); bad != std::string_view::npos) {
    for (char& c : name) {
      if (static_cast<unsigned char>(c) >= 0x80) c = '_';
    }
  }
  name = without_invisible(name);
  if (name.size() > max_name_bytes) {
    // The end tells the kind of file; no character is cut in two.
    std::size_t from = name.size() - max_name_bytes;
    while (from < name.size() && is_continuation(name[from])) ++from;
    name.erase(0, from);
  }
  if (std::ranges::all_of(name, [](char c) { return c == '.' || c == ' '; })) return "file.csv";
  return name;
}

Receipt::Receipt(Context& context, std::string session, store::SourceFile file,
                 std::unique_ptr<files::Writer> writer)
    : context_(context),
      session_(std::move(session)),
      file_(std::move(file)),
      writer_(std::move(writer)) {}

Receipt::~Receipt() {
  if (is_kept_) return;
  writer_.reset();
  remove_everywhere(context_, session_, file_.id);
}

Result<std::unique_ptr<Receipt>> Receipt::begin(Context& context, const store::Session& session,
                                                std::string_view upload, std::string_view name) {
  store::SourceFile file =
      CSVM_TRY(context.store().add_file(session.id, upload, display_name(name), 0));
  auto writer = context.files().create({session.id, file.id});
  if (!writer) {
    static_cast<void>(context.store().remove_file(session.id, file.id));
    return writer.error();
  }
  return std::unique_ptr<Receipt>(
      new Receipt(context, session.id, std::move(file), *std::move(writer)));
}

Result<void> Receipt::write(std::string_view data) {
  CSVM_CHECK(context_.store().reserve_bytes(session_, file_.id, writer_->bytes() + data.size()));
  return writer_->write(data);
}

Result<store::SourceFile> Receipt::finish(std::stop_token stop) {
  const std::uint64_t bytes = writer_->bytes();
  CSVM_CHECK(writer_->commit());
  auto completed = look_and_complete(context_, session_, file_, bytes, std::move(stop));
  is_kept_ = completed.has_value();
  return completed;
}

Result<store::SourceFile> look_and_complete(Context& context, const std::string& session,
                                            const store::SourceFile& file, std::uint64_t bytes,
                                            std::stop_token stop) {
  const auto complete = [&]() -> Result<store::SourceFile> {
    const jobs::FileFacts facts = CSVM_TRY(
        jobs::inspect(context.parts.environment, {session, file.id}, file.name, std::move(stop)));
    CSVM_CHECK(context.store().complete_file(session, file.id, bytes, facts_document(facts)));
    const auto type = facts.suggested_type == columns::TableType::company
                          ? store::TableType::company
                          : store::TableType::people;
    // Only a trial of a configuration misses them.
    static_cast<void>(context.store().note_headers(session, type, headers_document(facts)));
    return context.store().find_file(session, file.id);
  };
  auto completed = complete();
  if (!completed) remove_everywhere(context, session, file.id);
  return completed;
}

}  // namespace csvm::api
