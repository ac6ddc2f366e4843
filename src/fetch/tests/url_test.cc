#include <gtest/gtest.h>

#include <ostream>
#include <string>

#include "csvm/fetch.h"

namespace csvm::fetch {
namespace {

TEST(Url, KeepsWhatIsSentAndDropsTheRest) {
  const auto url =
      parse_url("HTTPS://Hooks.Example.COM.:8443/In/%2e%2E/x?a=http://127.0.0.1/#frag");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->text, "https://hooks.example.com:8443/In/%2e%2E/x?a=http://127.0.0.1/");
  EXPECT_EQ(url->host, "hooks.example.com");
  EXPECT_EQ(url->port, 8443);
  EXPECT_TRUE(url->is_https);
  EXPECT_FALSE(url->address);
}

TEST(Url, HasTheDefaultPortOfItsScheme) {
  EXPECT_EQ(parse_url("https://a.example")->port, 443);
  EXPECT_EQ(parse_url("http://a.example?x=1")->port, 80);
  EXPECT_EQ(parse_url("http://a.example?x=1")->text, "http://a.example/?x=1");
  EXPECT_EQ(parse_url("https://a.example:443/")->text, "https://a.example/");
}

TEST(Url, TakesAddressesInCanonicalSpelling) {
  const auto v4 = parse_url("http://8.8.8.8/in");
  ASSERT_TRUE(v4);
  ASSERT_TRUE(v4->address);
  EXPECT_EQ(to_string(*v4->address), "8.8.8.8");
  const auto v6 = parse_url("http://[2606:4700::1111]:8080/in");
  ASSERT_TRUE(v6);
  ASSERT_TRUE(v6->address);
  EXPECT_EQ(v6->text, "http://[2606:4700::1111]:8080/in");
}

TEST(Url, EncodesInternationalNamesAndPaths) {
  const auto url = parse_url(
      "https://B\xC3\xBC"
      "cher.example/gr\xC3\xB6\xC3\x9F"
      "e?q={1}");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->host, "xn--bcher-kva.example");
  EXPECT_EQ(url->text,
            "https://xn--bcher-kva.example/gr%C3%B6%C3%9F"
            "e?q=%7B1%7D");
  EXPECT_TRUE(parse_url("https://xn--bcher-kva.example/"));
}

struct Refusal {
  std::string name;
  std::string url;
  friend void PrintTo(const Refusal& refusal, std::ostream* out) { *out << refusal.name; }
};

class UrlRefuses : public testing::TestWithParam<Refusal> {};

TEST_P(UrlRefuses, WhatTwoProgramsCouldReadDifferently) {
  const auto url = parse_url(GetParam().url);
  ASSERT_FALSE(url) << url->text;
  EXPECT_EQ(url.error().code, Errc::invalid_input);
  EXPECT_FALSE(url.error().message.empty());
}

INSTANTIATE_TEST_SUITE_P(
    Spellings, UrlRefuses,
    testing::Values(
        Refusal{"empty", ""}, Refusal{"no_scheme", "hooks.example.com/in"},
        Refusal{"file", "file:///etc/passwd"}, Refusal{"gopher", "gopher://a.example/"},
        Refusal{"http_unix", "http+unix://%2Fsock/"}, Refusal{"javascript", "javascript:alert(1)"},
        Refusal{"one_slash", "http:/127.0.0.1/"}, Refusal{"no_slashes", "http:127.0.0.1"},
        Refusal{"empty_host", "http:///127.0.0.1/"}, Refusal{"only_port", "http://:80/"},
        Refusal{"user", "http://a.example@127.0.0.1/"},
        Refusal{"user_and_password", "http://a.example:80@b.example/"},
        Refusal{"escaped_slash_in_user", "http://a.example%2f@b.example/"},
        Refusal{"back_slash", "http://a.example\\@b.example/"},
        Refusal{"back_slash_in_path", "http://a.example/\\b.example/"},
        Refusal{"fragment_then_at", "http://a.example#@b.example/"},
        Refusal{"query_then_at", "http://a.example?@b.example/"},
        Refusal{"blank_in_host", "http://a b.example/"},
        Refusal{"leading_blank", " http://a.example/"}, Refusal{"tab", "http://a\t.example/"},
        Refusal{"new_line", "http://127.0.0.1\n/"},
        Refusal{"new_line_in_path", "http://a.example/\r\nX: y"},
        Refusal{"nul", std::string("http://a.example\0.b.example/", 28)},
        Refusal{"delete", "http://a.example/\x7f"},
        Refusal{"escape_in_host", "http://%6c%6f%63%61%6c%68%6f%73%74/"},
        Refusal{"escaped_nul", "http://ex%00ample.com/"},
        Refusal{"long_label", "http://" + std::string(64, 'a') + ".example/"},
        Refusal{"long_host", "http://" +
                                 [] {
                                   std::string host;
                                   for (int i = 0; i < 64; ++i) host += "abc.";
                                   return host + "example/";
                                 }()},
        Refusal{"long_url", "http://a.example/" + std::string(9000, 'x')},
        Refusal{"empty_label", "http://a..example/"}, Refusal{"leading_dot", "http://.a.example/"},
        Refusal{"two_trailing_dots", "http://a.example../"},
        Refusal{"hyphen", "http://-a.example/"}, Refusal{"star", "http://*.example/"},
        Refusal{"decimal", "http://2130706433/"}, Refusal{"hex", "http://0x7f000001/"},
        Refusal{"octal", "http://0177.0.0.1/"}, Refusal{"short", "http://127.1/"},
        Refusal{"too_large", "http://4294967296/"}, Refusal{"five_parts", "http://1.2.3.4.5/"},
        Refusal{"hex_end", "http://a.example.0x7f/"}, Refusal{"number_end", "http://a.example.1/"},
        Refusal{"hex_without_digits", "http://a.0x/"},
        Refusal{"address_with_dot", "http://8.8.8.8./"},
        Refusal{"ideographic_dots",
                "http://127\xE3\x80\x82"
                "0\xE3\x80\x82"
                "0\xE3\x80\x82"
                "1/"},
        Refusal{"full_width",
                "http://\xEF\xBD\x8C"
                "ocalhost.example/"},
        Refusal{"circled", "http://\xE2\x93\x94xample.com/"},
        Refusal{"full_width_digits", "http://\xEF\xBC\x98.8.8.8/"},
        Refusal{"soft_hyphen", "http://local\xC2\xADhost.example/"},
        Refusal{"not_utf8", "http://a\xFF.example/"}, Refusal{"zone", "http://[fe80::1%25eth0]/"},
        Refusal{"long_v6", "http://[2606:4700:0:0:0:0:0:1]/"},
        Refusal{"upper_v6", "http://[2606:4700::ABCD]/"},
        Refusal{"v4_in_brackets", "http://[8.8.8.8]/"},
        Refusal{"open_bracket", "http://[2606:4700::1/"},
        Refusal{"after_bracket", "http://[::1]x/"}, Refusal{"bracket_inside", "http://a[.example/"},
        Refusal{"port_zero", "http://a.example:0/"},
        Refusal{"port_too_large", "http://a.example:65536/"},
        Refusal{"port_sign", "http://a.example:+80/"},
        Refusal{"port_padded", "http://a.example:080/"},
        Refusal{"port_empty", "http://a.example:/"}, Refusal{"port_text", "http://a.example:80a/"},
        Refusal{"two_ports", "http://a.example:80:80/"}, Refusal{"ssh", "http://a.example:22/"},
        Refusal{"smtp", "http://a.example:25/"}, Refusal{"redis", "http://a.example:6379/"}),
    [](const auto& tested) { return tested.param.name; });

}  // namespace
}  // namespace csvm::fetch
