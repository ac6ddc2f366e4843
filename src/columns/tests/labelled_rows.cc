#include "labelled_rows.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

namespace csvm::columns {
namespace {

std::vector<std::string> split(const std::string& text, const std::string& separator) {
  std::vector<std::string> parts;
  std::size_t at = 0;
  for (;;) {
    const auto end = text.find(separator, at);
    parts.push_back(text.substr(at, end - at));
    if (end == std::string::npos) return parts;
    at = end + separator.size();
  }
}

/// Invented sample cells by kind.
const std::map<std::string, std::vector<std::string>>& kinds() {
  static const std::map<std::string, std::vector<std::string>> samples = {
      {"first", {"Mirela", "Tobias", "Ines"}},
      {"last", {"Harrowgate", "Lindqvist", "Okafor"}},
      {"full", {"Mirela Harrowgate", "Tobias Lindqvist", "Ines Okafor"}},
      {"initial", {"J.", "M."}},
      {"salutation", {"Ms.", "Mr.", "Ms."}},
      {"acad", {"Dr.", "Prof. Dr."}},
      {"title", {"Head of Marketing", "CTO", "Sales Director"}},
      {"dept", {"Marketing", "Engineering", "Sales"}},
      {"status", {"New", "Open", "Contacted"}},
      {"grade", {"A+", "B", "A"}},
      {"degree", {"2nd", "3rd", "2nd"}},
      {"email",
       {"mirela.harrowgate@tidalworks.example", "t.lindqvist@nordglas.example",
        "ines@quarrylane.example"}},
      {"gmail", {"mirela_h@gmail.com", "tlindqvist_x@hotmail.com", "ines_o@yahoo.com"}},
      {"phone", {"+1 212-555-0147", "+46 8 555 0132", "+44 20 7946 0018"}},
      {"hqphone", {"+1 212-555-0100", "+46 8 555 0100", "+44 20 7946 0000"}},
      {"lip",
       {"https://www.linkedin.com/in/mirela-h-ex1", "https://www.linkedin.com/in/tobias-l-ex2",
        "https://www.linkedin.com/in/ines-o-ex3"}},
      {"lipsales",
       {"https://www.linkedin.com/sales/lead/ACwAAAex1,NAME_SEARCH",
        "https://www.linkedin.com/sales/lead/ACwAAAex2,NAME_SEARCH"}},
      {"lic",
       {"https://www.linkedin.com/company/tidalworks-ex",
        "https://www.linkedin.com/company/nordglas-ex",
        "https://www.linkedin.com/company/quarrylane-ex"}},
      {"licsales",
       {"https://www.linkedin.com/sales/company/900123",
        "https://www.linkedin.com/sales/company/900456"}},
      {"company", {"Tidalworks", "Nordglas AB", "Quarry Lane Foods"}},
      {"company2", {"Greater Holdings", "Northern Group", "Peak Partners"}},
      {"site", {"https://www.tidalworks.example", "http://nordglas.example", "quarrylane.example"}},
      {"domain", {"tidalworks.example", "nordglas.example", "quarrylane.example"}},
      {"city", {"Boston", "Malmo", "Leeds"}},
      {"state", {"Massachusetts", "Skane", "West Yorkshire"}},
      {"code2", {"MA", "SK", "WY"}},
      {"country", {"United States", "Sweden", "United Kingdom"}},
      {"zip", {"02108", "211 19", "LS1 4AB"}},
      {"street", {"12 Harbour Road", "Storgatan 4", "7 Mill Lane"}},
      {"addr",
       {"12 Harbour Road, Boston, MA 02108", "Storgatan 4, 211 19 Malmo, Sweden",
        "7 Mill Lane, Leeds LS1 4AB"}},
      {"loc",
       {"Boston, Massachusetts, United States", "Malmo, Sweden", "Leeds, England, United Kingdom"}},
      {"industry", {"Marine Equipment", "Glass Manufacturing", "Food Production"}},
      {"subindustry", {"Sails", "Float Glass", "Snacks"}},
      {"number", {"180", "1250", "42"}},
      {"decimal", {"4.6", "3.9", "4.1"}},
      {"range", {"51-200", "1,001-5,000", "11-50"}},
      {"percent", {"98%", "85%", "91%"}},
      {"money", {"24000000", "1500000", "730000"}},
      {"moneyrange", {"$10M - $50M", "$1M - $10M", "$1M - $10M"}},
      {"year", {"1998", "2011", "1974"}},
      {"date", {"2024-02-11", "2023-11-30", "2024-05-06"}},
      {"datetime", {"2024-02-11 10:15:00", "2023-11-30T08:00:00Z"}},
      {"desc",
       {"Tidalworks builds lightweight sails for racing yachts and small harbours.",
        "A family business that makes float glass for greenhouses in the north."}},
      {"bio", {"Mirela writes about the sea and leads a team of twelve people."}},
      {"note", {"Call again in May", "Met at the fair", "Wants a quote"}},
      {"link",
       {"https://records.example/r/1001", "https://records.example/r/1002",
        "https://records.example/r/1003"}},
      {"map", {"https://www.google.com/maps/place/x1", "https://www.google.com/maps/place/x2"}},
      {"image", {"https://img.example/p/1.png", "https://img.example/p/2.png"}},
      {"handle", {"mirela-h", "tobias_l"}},
      {"id", {"100231", "100232", "100233"}},
      {"hash", {"5f1e12340000400080000001", "5f1e12340000400080000002"}},
      {"code", {"3732", "3211", "2096"}},
      {"legal", {"GmbH", "AG", "KG"}},
      {"rep", {"Rep One", "Rep Two", "Rep One"}},
      {"source", {"Webinar", "Trade fair", "Organic search"}},
      {"list", {"Q3 outbound", "hot, event"}},
      {"bool", {"TRUE", "FALSE", "TRUE"}},
      {"ip", {"203.0.113.7", "198.51.100.23"}},
      {"empty", {}},
  };
  return samples;
}

Label parse_label(const std::string& text) {
  Label label;
  for (std::string field : split(text, " / ")) {
    if (field == "-") {
      label.may_stay = true;
      continue;
    }
    if (field.starts_with("~")) {
      label.further = true;
      field.erase(0, 1);
    }
    if (std::ranges::find(label.fields, field) == label.fields.end()) label.fields.push_back(field);
  }
  return label;
}

/// "[a; b]" gives the cells themselves, anything else names a kind of them.
std::vector<std::string> parse_samples(const std::string& text) {
  if (text.starts_with("[") && text.ends_with("]")) {
    std::vector<std::string> samples = split(text.substr(1, text.size() - 2), "; ");
    std::erase(samples, "");
    return samples;
  }
  const auto named = kinds().find(text);
  EXPECT_NE(named, kinds().end()) << text;
  return named == kinds().end() ? std::vector<std::string>() : named->second;
}

void add_header(LabelledRow& row, const std::string& line) {
  const std::vector<std::string> parts = split(line, " | ");
  ASSERT_EQ(parts.size(), 2 + row.types.size()) << line;
  row.source.headers.push_back(parts[0]);
  row.source.samples.push_back(parse_samples(parts[1]));
  for (std::size_t type = 0; type < row.types.size(); ++type) {
    row.labels[type].push_back(parse_label(parts[2 + type]));
  }
}

std::string joined(const std::vector<std::string>& fields) {
  std::string text;
  for (const std::string& field : fields) text += (text.empty() ? "" : " / ") + field;
  return text.empty() ? "nothing" : text;
}

}  // namespace

std::vector<LabelledRow> read_labelled_rows(const std::string& path) {
  std::vector<LabelledRow> rows;
  std::ifstream file(path);
  EXPECT_TRUE(file) << path;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.starts_with("# ")) continue;
    if (!line.starts_with("= ")) {
      add_header(rows.back(), line);
      continue;
    }
    const std::vector<std::string> parts = split(line.substr(2), " | ");
    LabelledRow& row = rows.emplace_back();
    row.name = row.source.name = parts.at(0);
    row.language = parts.at(1);
    for (const std::string& type : split(parts.at(2), " ")) {
      row.types.push_back(type == "people" ? TableType::people : TableType::company);
    }
    row.labels.resize(row.types.size());
  }
  return rows;
}

void measure(const LabelledRow& row, std::size_t type, Figures& figures, std::string& errors) {
  const FieldSet& fields = built_in_fields(row.types[type]);
  const Mapping mapping = propose(fields, row.source);
  std::set<std::string> present;
  std::set<std::string> found;
  std::ostringstream wrong;
  for (std::size_t i = 0; i < row.source.headers.size(); ++i) {
    const Label& label = row.labels[type][i];
    const bool must_stay = label.fields.empty();
    if (!must_stay && !label.may_stay) present.insert(label.fields.front());
    figures.stay += must_stay;
    const auto& decided = mapping.columns[i].field;
    if (!decided) {
      figures.stayed += must_stay;
      continue;
    }
    ++figures.mapped;
    const std::string& name = fields.fields[*decided].name;
    if (std::ranges::find(label.fields, name) != label.fields.end()) {
      ++figures.right;
      found.insert(label.fields.front());
      found.insert(name);
    } else {
      wrong << "  " << row.name << ": " << row.source.headers[i] << " -> " << name << ", not "
            << joined(label.fields) << "\n";
    }
  }
  for (std::size_t i = 0; i < row.source.headers.size(); ++i) {
    const Label& label = row.labels[type][i];
    if (label.may_stay || label.fields.empty() || label.further ||
        found.contains(label.fields.front())) {
      continue;
    }
    wrong << "  " << row.name << ": " << row.source.headers[i] << " -> nothing ("
          << mapping.columns[i].reason << "), not " << joined(label.fields) << "\n";
  }
  figures.fields += static_cast<int>(present.size());
  for (const std::string& field : present) figures.found += found.contains(field) ? 1 : 0;
  ++figures.files;
  figures.clean += wrong.str().empty();
  errors += wrong.str();
}

}  // namespace csvm::columns
