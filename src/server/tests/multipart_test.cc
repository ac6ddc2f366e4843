#include <gtest/gtest.h>

#include "csvm/server.h"

namespace csvm::server {
namespace {

const std::string type = "multipart/form-data; boundary=\"--b-1\"";

const std::string body =
    "ignored\r\n----b-1 \r\n"
    "Content-Disposition: form-data; name=\"files\"; filename=\"C:\\a;\\\"b\\\".csv\"\r\n"
    "Content-Type: text/csv\r\n\r\n"
    "a,b\r\n--\r\n----b\r\n----b-2\r\r\n\r\n----b-1\r\n"
    "content-disposition: form-data; name=empty\r\n\r\n"
    "\r\n----b-1\r\n"
    "Content-Disposition: form-data; name=x; filename=\"\"\r\n\r\n\r\n"
    "\r\n----b-1--\r\nignored too\r\n----b-1\r\n";

const std::string expected =
    "part files|C:\\a;\"b\".csv|text/csv\n"
    "[a,b\r\n--\r\n----b\r\n----b-2\r\r\n]\n"
    "part empty|none|\n[]\n"
    "part x||\n[\r\n]\n";

// What comes out when the body comes in pieces of that size.
std::string read_all(const std::string& text, std::size_t piece_bytes, Errc* error = nullptr) {
  auto reader = MultipartReader::make(type, 5);
  if (!reader) return "no reader";
  std::string story;
  for (std::size_t at = 0; at < text.size(); at += piece_bytes) {
    reader->feed(std::string_view(text).substr(at, piece_bytes));
    while (true) {
      auto event = reader->next();
      if (!event) {
        if (error != nullptr) *error = event.error().code;
        return "failed";
      }
      using What = MultipartReader::What;
      if (event->what == What::need_more || event->what == What::finished) break;
      if (event->what == What::part)
        story += "part " + event->name + "|" + event->file_name.value_or("none") + "|" +
                 event->content_type + "\n[";
      if (event->what == What::data) story += event->data;
      if (event->what == What::part_end) story += "]\n";
    }
  }
  return reader->end() ? story : "cut";
}

TEST(Multipart, ReadsTheSameHoweverTheBodyIsCut) {
  for (std::size_t piece = 1; piece <= body.size(); ++piece)
    EXPECT_EQ(read_all(body, piece), expected) << "piece_bytes=" << piece;
  for (std::size_t cut = 1; cut < body.size(); ++cut) {
    auto reader = MultipartReader::make(type, 5);
    std::string data;
    for (const auto& piece : {body.substr(0, cut), body.substr(cut)}) {
      reader->feed(piece);
      for (auto event = reader->next(); event && event->what != MultipartReader::What::need_more &&
                                        event->what != MultipartReader::What::finished;
           event = reader->next())
        data += event->data;
    }
    EXPECT_EQ(data, "a,b\r\n--\r\n----b\r\n----b-2\r\r\n\r\n") << "cut=" << cut;
  }
}

TEST(Multipart, KnowsABodyThatWasCut) {
  const std::size_t end = body.find("----b-1--") + 9;
  for (std::size_t length = 1; length < end; ++length)
    EXPECT_EQ(read_all(body.substr(0, length), 7), "cut") << "length=" << length;
  EXPECT_EQ(read_all(body.substr(0, end), 7), expected);
}

TEST(Multipart, RefusesWhatIsBrokenOrTooMuch) {
  Errc error = Errc::internal;
  EXPECT_EQ(read_all("----b-1x\r\n", 100, &error), "failed");
  EXPECT_EQ(error, Errc::invalid_input);
  EXPECT_EQ(read_all("----b-1\r\nno colon\r\n\r\n", 100, &error), "failed");
  EXPECT_EQ(read_all("----b-1\r\n\r\ndata", 100, &error), "failed") << "no name";
  EXPECT_EQ(read_all("----b-1\r\nContent-Disposition: attachment; name=a\r\n\r\n", 100, &error),
            "failed");
  EXPECT_EQ(error, Errc::invalid_input);
  EXPECT_EQ(read_all("----b-1\r\nX: " + std::string(10'000, 'x'), 100, &error), "failed");
  EXPECT_EQ(error, Errc::limit_exceeded);
  std::string many;
  for (int i = 0; i < 6; ++i)
    many += "----b-1\r\nContent-Disposition: form-data; name=a\r\n\r\n\r\n";
  EXPECT_EQ(read_all(many + "----b-1--", 100, &error), "failed");
  EXPECT_EQ(error, Errc::limit_exceeded);
}

TEST(Multipart, NeedsABoundary) {
  EXPECT_TRUE(MultipartReader::make("Multipart/Form-Data;charset=x; Boundary=abc"));
  EXPECT_FALSE(MultipartReader::make("multipart/form-data"));
  EXPECT_FALSE(MultipartReader::make("multipart/mixed; boundary=a"));
  EXPECT_FALSE(MultipartReader::make("multipart/form-data; boundary=" + std::string(71, 'a')));
  EXPECT_FALSE(MultipartReader::make(""));
}

}  // namespace
}  // namespace csvm::server
