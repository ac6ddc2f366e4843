#include "csvm/jobs.h"
#include "service_fixture.h"

namespace csvm::jobs {
namespace {

class RetentionTest : public ServiceFixture {
 protected:
  std::size_t objects() {
    std::size_t found = 0;
    for (const std::string& session : *files_->sessions()) found += files_->list(session)->size();
    return found;
  }
};

TEST_F(RetentionTest, RemovesASessionWithAllItsBytesWhenItsTimeIsOver) {
  upload("apollo.csv", apollo);
  turn_clock(std::chrono::hours(47));
  ASSERT_TRUE(clean_up(environment(), now()));
  EXPECT_EQ(objects(), 1U);
  turn_clock(std::chrono::hours(2));
  const auto cleaned = clean_up(environment(), now());
  ASSERT_TRUE(cleaned) << cleaned.error().message;
  EXPECT_EQ(cleaned->sessions, 1U);
  EXPECT_EQ(objects(), 0U);
  EXPECT_FALSE(store_->find_session(session_.id));
}

TEST_F(RetentionTest, LeavesWhatAJobThatRunsNeeds) {
  begin(upload("apollo.csv", apollo));
  constexpr store::Phase phases[] = {store::Phase::merge};
  ASSERT_TRUE(store_->claim("worker", phases));
  turn_clock(std::chrono::hours(100));
  ASSERT_TRUE(clean_up(environment(), now()));
  EXPECT_EQ(objects(), 1U);
}

TEST_F(RetentionTest, FindsBytesThatBelongToNobodyOnceTheyAreOld) {
  auto writer = files_->create({session_.id, "left-by-a-crash"});
  ASSERT_TRUE(writer && (*writer)->write("x") && (*writer)->commit());
  // The file system's clock runs by itself: old is what is an hour behind the time given.
  const auto file_time = files_->list(session_.id)->front().modified_at;
  ASSERT_TRUE(clean_up(environment(), file_time + std::chrono::minutes(59)));
  EXPECT_EQ(objects(), 1U);
  const auto cleaned = clean_up(environment(), file_time + std::chrono::minutes(61));
  ASSERT_TRUE(cleaned);
  EXPECT_EQ(cleaned->files, 1U);
  EXPECT_EQ(objects(), 0U);
}

}  // namespace
}  // namespace csvm::jobs
