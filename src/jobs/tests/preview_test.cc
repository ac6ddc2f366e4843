#include <gmock/gmock.h>

#include "service_fixture.h"

namespace csvm::jobs {
namespace {

using testing::Contains;
using testing::ElementsAre;

class PreviewTest : public ServiceFixture {
 protected:
  Result<Preview> preview_of(const std::string& upload, std::size_t rows,
                             const recipe::Recipe& recipe = {}) {
    auto opened = CSVM_TRY(open_upload(environment(), session_.id, upload, recipe, {}));
    return preview(opened, rows);
  }
};

TEST_F(PreviewTest, ShowsTheFirstRowsCleanedAndMerged) {
  std::string id = upload("a.csv", "E-mail,First Name,Last Name\nANN@BEE.example,ann,bee\n");
  upload("b.csv", "Vorname;Nachname;E-mail;Job Title\nann;bee;ann@bee.example;CEO\n", id);
  const auto shown = preview_of(id, 5);
  ASSERT_TRUE(shown) << shown.error().message;
  EXPECT_THAT(shown->columns, Contains("Job Title"));
  ASSERT_EQ(shown->rows.size(), 1U);
  EXPECT_THAT(shown->rows.front(), Contains("CEO"));
  EXPECT_THAT(shown->rows.front(), Contains("ann@bee.example"));
  EXPECT_EQ(shown->read, 2U);
  EXPECT_EQ(shown->merged, 1U);
}

TEST_F(PreviewTest, GivesNoMoreRowsThanAskedFor) {
  const std::string id =
      upload("a.csv", "Email,Mood\na@x.example,1\nb@x.example,2\nc@x.example,3\n");
  const auto shown = preview_of(id, 2);
  ASSERT_TRUE(shown) << shown.error().message;
  EXPECT_EQ(shown->rows.size(), 2U);
}

TEST_F(PreviewTest, ReadsOnlyTheHeadsOfLongFiles) {
  std::string text = "Email,Note\n";
  const std::size_t rows = 60'000;
  for (std::size_t i = 0; i < rows; ++i) {
    text += "p" + std::to_string(i) + "@x.example,note number " + std::to_string(i) + "\n";
  }
  const std::string id = upload("long.csv", text);
  const auto shown = preview_of(id, 3);
  ASSERT_TRUE(shown) << shown.error().message;
  EXPECT_EQ(shown->rows.size(), 3U);
  EXPECT_GE(shown->read, 1'000U);
  EXPECT_LT(shown->read, rows);
}

TEST_F(PreviewTest, CutsLongCellsBetweenCharacters) {
  std::string note;
  for (int i = 0; i < 400; ++i) note += "\xC3\xA9";
  const std::string id = upload("a.csv", "Email,Note\na@x.example,x" + note + "\n");
  const auto shown = preview_of(id, 1);
  ASSERT_TRUE(shown) << shown.error().message;
  ASSERT_EQ(shown->rows.size(), 1U);
  const std::string& cell = shown->rows.front().back();
  EXPECT_LT(cell.size(), note.size());
  EXPECT_EQ(bytes::first_invalid_utf8(cell), std::string_view::npos);
}

}  // namespace
}  // namespace csvm::jobs
