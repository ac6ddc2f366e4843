#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "api_fixture.h"

namespace csvm::api {
namespace {

namespace json = boost::json;

std::string upper(std::string_view word) {
  std::string text(word);
  std::ranges::transform(text, text.begin(),
                         [](char c) { return static_cast<char>(c - 'a' + 'A'); });
  return text;
}

class OpenApi : public ApiFixture {
 protected:
  const json::value document_ = json::parse(Api::openapi());
};

TEST_F(OpenApi, DescribesTheRoutesThatThereAreAndNoOthers) {
  std::set<std::string> described;
  for (const auto& [path, methods] : document_.at("paths").as_object()) {
    for (const auto& [method, operation] : methods.as_object()) {
      if (method != "parameters") {
        described.insert(upper(method) + " " + std::string(path));
      }
    }
  }
  server::Router router;
  api().add_routes(router);
  std::set<std::string> routes;
  for (const auto& [method, pattern] : router.routes()) {
    EXPECT_TRUE(routes.insert(method + " " + pattern).second) << method << pattern << " twice";
  }
  EXPECT_EQ(described, routes);
}

TEST_F(OpenApi, EveryOperationHasAnAnswerInOrderAndASentence) {
  for (const auto& [path, methods] : document_.at("paths").as_object()) {
    for (const auto& [method, operation] : methods.as_object()) {
      if (method == "parameters") continue;
      const json::object& answers = operation.at("responses").as_object();
      EXPECT_TRUE(std::ranges::any_of(
          answers, [](const auto& answer) { return std::string_view(answer.key())[0] == '2'; }))
          << path << method;
      EXPECT_FALSE(operation.at("summary").as_string().empty()) << path << method;
    }
  }
}

TEST_F(OpenApi, EveryReferenceLeadsSomewhere) {
  std::vector<const json::value*> open = {&document_};
  std::size_t references = 0;
  while (!open.empty()) {
    const json::value* value = open.back();
    open.pop_back();
    if (const json::array* array = value->if_array()) {
      for (const json::value& one : *array) open.push_back(&one);
    } else if (const json::object* object = value->if_object()) {
      for (const auto& [key, member] : *object) {
        open.push_back(&member);
        if (key != "$ref") continue;
        ++references;
        const std::string_view target = member.as_string();
        ASSERT_TRUE(target.starts_with("#/")) << target;
        boost::system::error_code missing;
        EXPECT_NE(document_.find_pointer(target.substr(1), missing), nullptr) << target;
      }
    }
  }
  EXPECT_GT(references, 0U);
}

}  // namespace
}  // namespace csvm::api
