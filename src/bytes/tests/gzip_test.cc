// gzip files are unpacked; bombs, damage and what hangs on behind are refused.
#include <zlib.h>

#include <cstdint>

#include "tests/files.h"

namespace csvm::bytes {
namespace {

std::string zipped(const std::string& content) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(deflateBound(&stream, content.size()) + 32, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(out.size() - stream.avail_out);
  deflateEnd(&stream);
  return out;
}

std::string rows(int count) {
  std::string text;
  for (std::int64_t i = 0; i < count; ++i)
    text += "row " + std::to_string(i * 7919 % 1000003) + ",x\n";
  return text;
}

TEST(Gzip, IsUnpacked) {
  Folder folder;
  const std::string content = zipped("a,b\n1,2\n");
  const auto text = opened(folder, content);
  EXPECT_EQ(all_of(*text), "a,b\n1,2\n");
  EXPECT_EQ(text->original_size(), content.size());
  EXPECT_EQ(text->original_offset(4), 4U);
}

TEST(Gzip, MayHoldAnyEncoding) {
  Folder folder;
  EXPECT_EQ(all_of(*opened(folder, zipped("\xef\xbb\xbf"
                                          "a,b\n"))),
            "a,b\n");
  EXPECT_EQ(all_of(*opened(folder, zipped(std::string("\xff\xfe"
                                                      "a\0,\0b\0",
                                                      8)))),
            "a,b");
}

TEST(Gzip, LargerThanTheMemoryKeptForItIsTheSame) {
  Folder folder;
  const std::string content = rows(3'500'000);
  ASSERT_GT(content.size(), std::size_t{40} << 20);
  const auto text = opened(folder, zipped(content));
  ASSERT_EQ(text->size(), content.size());
  EXPECT_TRUE(all_of(*text) == content);
}

TEST(Gzip, MembersBehindEachOtherAreOneText) {
  Folder folder;
  const std::string first = rows(50'000);
  EXPECT_EQ(all_of(*opened(folder, zipped(first) + zipped("") + zipped("last,row\n"))),
            first + "last,row\n");
}

TEST(Gzip, MayBePaddedWithZeros) {
  Folder folder;
  EXPECT_EQ(all_of(*opened(folder, zipped("a,b\n") + std::string(2000, '\0'))), "a,b\n");
}

TEST(Gzip, WithOtherBytesBehindItIsRefused) {
  Folder folder;
  const Error error = refused(folder, zipped("a,b\n") + "garbage");
  EXPECT_EQ(error.code, Errc::invalid_input);
  EXPECT_NE(error.message.find("damaged gzip"), std::string::npos) << error.message;
}

TEST(Gzip, CutAnywhereIsRefused) {
  Folder folder;
  const std::string whole = zipped(rows(2000));
  for (std::size_t bytes = 3; bytes < whole.size(); bytes += 1 + whole.size() / 50) {
    const Error error = refused(folder, whole.substr(0, bytes));
    EXPECT_EQ(error.code, Errc::invalid_input);
    EXPECT_NE(error.message.find("damaged gzip"), std::string::npos) << error.message;
  }
}

TEST(Gzip, WithAChangedByteIsRefused) {
  Folder folder;
  const std::string whole = zipped(rows(2000));
  for (std::size_t at = 12; at < whole.size(); at += 1 + whole.size() / 40) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x55);
    EXPECT_EQ(refused(folder, damaged).code, Errc::invalid_input);
  }
}

TEST(Gzip, ThatUnpacksBeyondTheLimitIsRefused) {
  Folder folder;
  OpenOptions options;
  options.limits.max_inflated_bytes = 1000;
  EXPECT_EQ(all_of(*opened(folder, zipped(std::string(1000, 'x')), options)).size(), 1000U);
  const Error error = refused(folder, zipped(std::string(1001, 'x')), options);
  EXPECT_EQ(error.code, Errc::limit_exceeded);
  EXPECT_NE(error.message.find("limit of 1000 bytes"), std::string::npos) << error.message;
}

TEST(Gzip, BombIsRefused) {
  Folder folder;
  const std::string bomb = zipped(std::string(std::size_t{80} << 20, '\n'));
  const Error error = refused(folder, bomb);
  EXPECT_EQ(error.code, Errc::limit_exceeded);
  EXPECT_NE(error.message.find("decompression bomb"), std::string::npos) << error.message;
  OpenOptions options;
  options.limits.max_inflation = 0;
  EXPECT_EQ(opened(folder, bomb, options)->size(), std::uint64_t{80} << 20);
}

TEST(Gzip, InsideGzipIsRefused) {
  Folder folder;
  EXPECT_NE(refused(folder, zipped(zipped("a,b\n"))).message.find("inside a gzip"),
            std::string::npos);
}

TEST(Gzip, OfNothingIsAnEmptyFile) {
  Folder folder;
  EXPECT_NE(refused(folder, zipped("")).message.find("is empty"), std::string::npos);
}

TEST(Gzip, OfNoTextIsRefusedByWhatItHolds) {
  Folder folder;
  EXPECT_NE(refused(folder, zipped("%PDF-1.7\n...")).message.find("a PDF document"),
            std::string::npos);
}

}  // namespace
}  // namespace csvm::bytes
