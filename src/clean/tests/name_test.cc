#include "tests/cleaned.h"

namespace csvm::clean {
namespace {

using columns::Role;

TEST(Names, InCapitalsOrSmallLettersAreWrittenAsNames) {
  expect_all(Role::full_name,
             {{"JOHN SMITH", "John Smith"},
              {"john smith", "John Smith"},
              {"JEAN-LUC PICARD", "Jean-Luc Picard"},
              {"RONALD MCDONALD", "Ronald McDonald"},
              {"ronald mcdonald", "Ronald McDonald"},
              {"DOUGLAS MACARTHUR", "Douglas MacArthur"},
              {"JUAN MACHADO", "Juan Machado"},
              {"ANNE MACKEY", "Anne Mackey"},
              {"CONAN O'BRIEN", "Conan O'Brien"},
              {"conan o\u2019brien", "Conan O\u2019Brien"},
              {"BEVERLY D'ANGELO", "Beverly D'Angelo"},
              {"ABDULLAH MA'MUN", "Abdullah Ma'mun"},
              {"VINCENT VAN GOGH", "Vincent van Gogh"},
              {"JAN VAN DER BERG", "Jan van der Berg"},
              {"PENELOPE DE LA CRUZ", "Penelope de la Cruz"},
              {"LUDWIG VON MISES", "Ludwig von Mises"},
              {"JOAO DA SILVA DOS SANTOS", "Joao da Silva dos Santos"},
              {"MOHAMMED BIN SALMAN", "Mohammed bin Salman"},
              {"MARTIN LUTHER KING JR.", "Martin Luther King Jr."},
              {"JOHN SMITH III", "John Smith III"},
              {"john smith iii", "John Smith III"},
              {"JANE DOE, MBA, PHD", "Jane Doe, MBA, PhD"},
              {"JANE DOE PHD", "Jane Doe PhD"},
              {"DR. HANS M\u00dcLLER", "Dr. Hans M\u00fcller"},
              {"J.R.R. TOLKIEN", "J.R.R. Tolkien"},
              {"JP MORGAN", "JP Morgan"},
              {"HANS WEI\u00dfMANN", "Hans Wei\u00dfmann"},
              {"\u0130BRAHIM \u00c7EL\u0130K", "\u0130brah\u0131m \u00c7elik"},
              {"ibrahim \u00e7a\u011flar", "\u0130brahim \u00c7a\u011flar"},
              {"\u0391\u039b\u0395\u039e\u0397\u03a3 \u03a0\u0391\u03a0\u03a0\u0391\u03a3",
               "\u0391\u03bb\u03b5\u03be\u03b7\u03c2 \u03a0\u03b1\u03c0\u03c0\u03b1\u03c2"},
              {"\u0418\u0412\u0410\u041d \u041f\u0415\u0422\u0420\u041e\u0412",
               "\u0418\u0432\u0430\u043d \u041f\u0435\u0442\u0440\u043e\u0432"},
              {"NGUYEN VAN ANH", "Nguyen Van Anh"},
              {"KIM DO YEON", "Kim Do Yeon"},
              {"VAN NGUYEN", "Van Nguyen"},
              {"VAN DER BERG, JAN", "van der Berg, Jan"},
              {"VAN JOHNSON, JR", "Van Johnson, Jr"},
              {"ROBERT \"BOB\" SMITH", "Robert \"Bob\" Smith"},
              {"gerard 't hooft", "Gerard 't Hooft"},
              {"  JOHN   SMITH ", "John Smith"}});
}

TEST(FirstAndLastNames, FollowTheirColumn) {
  expect_all(Role::first_name, {{"JOHN", "John"},
                                {"mary ann", "Mary Ann"},
                                {"MARIA DEL CARMEN", "Maria del Carmen"},
                                {"VAN", "Van"},
                                {"IJEOMA", "Ijeoma"},
                                {"MCKENZIE", "Mckenzie"},
                                {"\u00c9LODIE", "\u00c9lodie"}});
  expect_kept(Role::first_name, {"JP", "AJ", "J", "J.P."});
  expect_all(Role::last_name, {{"SMITH", "Smith"},
                               {"VAN DER BERG", "van der Berg"},
                               {"DE LA CRUZ", "de la Cruz"},
                               {"DOS SANTOS", "dos Santos"},
                               {"DE", "De"},
                               {"LE", "Le"},
                               {"NG", "Ng"},
                               {"O'NEIL-MCGEE", "O'Neil-McGee"},
                               {"MCGEE", "McGee"},
                               {"IJSBRANDS", "IJsbrands"},
                               {"smith jr", "Smith Jr"}});
}

TEST(Names, InMixedCaseStay) {
  expect_kept(Role::full_name,
              {"John Smith", "John von Neumann", "bell Hooks", "DeShawn JONES", "JOHN Smith",
               "McDONALD", "e.e. Cummings", "\u738b\u5c0f\u660e", "\u5c71\u7530 \u592a\u90ce"});
}

TEST(WhatIsNoName, Stays) {
  expect_kept(Role::full_name,
              {"john@acme.com", "john_smith", "jsmith42", "https://acme.com",
               "a very long sentence that is surely no name of any person at all", "#1"});
  expect_kept(Role::company_name, {"ACME", "acme inc", "IBM", "iRobot"});
  expect_kept(Role::job_title, {"CEO", "VP SALES", "founder"});
}

struct SplitCase {
  const char* full;
  const char* first;
  const char* last;
};

TEST(SplitName, GivesTheGivenAndTheFamilyPart) {
  for (const auto& [full, first, last] : {
           SplitCase{"Ludwig van Beethoven", "Ludwig", "van Beethoven"},
           SplitCase{"Beethoven, Ludwig van", "Ludwig", "van Beethoven"},
           SplitCase{"Jane Doe", "Jane", "Doe"},
           SplitCase{"Doe, Jane", "Jane", "Doe"},
           SplitCase{"Cher", "Cher", ""},
           SplitCase{"", "", ""},
           SplitCase{"Mary Ann Smith", "Mary Ann", "Smith"},
           SplitCase{"John A. Smith", "John", "Smith"},
           SplitCase{"J. R. Smith", "J. R.", "Smith"},
           SplitCase{"John Smith Jr.", "John", "Smith Jr."},
           SplitCase{"John Smith, Jr.", "John", "Smith Jr."},
           SplitCase{"Smith, John III", "John", "Smith III"},
           SplitCase{"Dr. Hans M\u00fcller", "Hans", "M\u00fcller"},
           SplitCase{"Prof. Dr. Eva Weber", "Eva", "Weber"},
           SplitCase{"Jane Doe, MBA, CPA", "Jane", "Doe"},
           SplitCase{"Jane Doe PhD", "Jane", "Doe"},
           SplitCase{"Penelope de la Cruz", "Penelope", "de la Cruz"},
           SplitCase{"Jan van der Berg", "Jan", "van der Berg"},
           SplitCase{"Van Morrison", "Van", "Morrison"},
           SplitCase{"Robert \"Bob\" Smith", "Robert", "Smith"},
           SplitCase{"Robert (Bob) Smith", "Robert", "Smith"},
           SplitCase{"Jack Ma", "Jack", "Ma"},
           SplitCase{"JACK MA", "JACK", "MA"},
           SplitCase{"Jack MA", "Jack", "MA"},
           SplitCase{"Philip Shah MD", "Philip", "Shah"},
           SplitCase{"Philip Shah, M.D.", "Philip", "Shah"},
           SplitCase{"Rahul White, PhD, SHRM-CP", "Rahul", "White"},
           SplitCase{"Rahul White, SHRM-CP", "Rahul", "White"},
           SplitCase{"Jane Doe, PMHNP-BC, MSN", "Jane", "Doe"},
           SplitCase{"Doe, JANE", "JANE", "Doe"},
           SplitCase{"de la Cruz, PENELOPE", "PENELOPE", "de la Cruz"},
           SplitCase{"DOE, JANE, MBA", "JANE", "DOE"},
           SplitCase{"Anna \U0001f680 Novak \U0001f680", "Anna", "Novak"},
           SplitCase{"  Jane   Doe ", "Jane", "Doe"},
       }) {
    const NameParts parts = split_name(full);
    EXPECT_EQ(parts.first, first) << full;
    EXPECT_EQ(parts.last, last) << full;
  }
}

}  // namespace
}  // namespace csvm::clean
