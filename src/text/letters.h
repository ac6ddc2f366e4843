// Letters that comparing spells in ASCII and that Unicode does not decompose: a table, in the
// order of the code points, of lower-case forms after compatibility folding.
//
// Sources: ALA-LC and BGN/PCGN romanisation (Cyrillic), ELOT 743 (Greek), and how bearers of the
// Latin letters write their names without them.
#pragma once

namespace csvm::text {

struct Spelling {
  char32_t letter;
  const char* ascii;
};

inline constexpr Spelling spellings[] = {
    {0x00A9, ""},    // copyright sign
    {0x00AE, ""},    // registered sign
    {0x00D7, "x"},   // multiplication sign
    {0x00E6, "ae"},  // ae
    {0x00F0, "d"},   // eth
    {0x00F8, "o"},   // o with stroke
    {0x00FE, "th"},  // thorn
    {0x0111, "d"},   // d with stroke
    {0x0127, "h"},   // h with stroke
    {0x0131, "i"},   // dotless i
    {0x0138, "k"},   // kra
    {0x0142, "l"},   // l with stroke
    {0x014B, "n"},   // eng
    {0x0153, "oe"},  // oe
    {0x0167, "t"},   // t with stroke
    {0x0180, "b"},   // b with stroke
    {0x0188, "c"},   // c with hook
    {0x0192, "f"},   // f with hook
    {0x0195, "hv"},  // hv
    {0x0199, "k"},   // k with hook
    {0x019A, "l"},   // l with bar
    {0x019E, "n"},   // n with long leg
    {0x01A5, "p"},   // p with hook
    {0x01AD, "t"},   // t with hook
    {0x01B4, "y"},   // y with hook
    {0x01B6, "z"},   // z with stroke
    {0x01DD, "e"},   // turned e
    {0x01E5, "g"},   // g with stroke
    {0x0225, "z"},   // z with hook
    {0x0237, "j"},   // dotless j
    {0x023C, "c"},   // c with stroke
    {0x0247, "e"},   // e with stroke
    {0x0249, "j"},   // j with stroke
    {0x024D, "r"},   // r with stroke
    {0x024F, "y"},   // y with stroke
    {0x0253, "b"},   // b with hook
    {0x0254, "o"},   // open o
    {0x0256, "d"},   // d with tail
    {0x0257, "d"},   // d with hook
    {0x0259, "a"},   // schwa (Azerbaijani)
    {0x025B, "e"},   // open e
    {0x0260, "g"},   // g with hook
    {0x0263, "g"},   // gamma (African)
    {0x0268, "i"},   // i with stroke
    {0x0269, "i"},   // iota (African)
    {0x0272, "n"},   // n with left hook
    {0x0289, "u"},   // u bar
    {0x028A, "u"},   // upsilon (African)
    {0x028B, "v"},   // v with hook
    {0x02B9, "'"},   // modifier prime
    {0x02BB, "'"},   // okina
    {0x02BC, "'"},   // modifier apostrophe
    {0x02BF, "'"},   // ayn
    {0x03B1, "a"},   // Greek
    {0x03B2, "v"},    {0x03B3, "g"},  {0x03B4, "d"},
    {0x03B5, "e"},    {0x03B6, "z"},  {0x03B7, "i"},
    {0x03B8, "th"},   {0x03B9, "i"},  {0x03BA, "k"},
    {0x03BB, "l"},    {0x03BC, "m"},  {0x03BD, "n"},
    {0x03BE, "x"},    {0x03BF, "o"},  {0x03C0, "p"},
    {0x03C1, "r"},    {0x03C2, "s"},  {0x03C3, "s"},
    {0x03C4, "t"},    {0x03C5, "y"},  // "u" after omicron, "v" after alpha and epsilon: see fold.cc
    {0x03C6, "f"},    {0x03C7, "ch"}, {0x03C8, "ps"},
    {0x03C9, "o"},    {0x0430, "a"},  // Cyrillic
    {0x0431, "b"},    {0x0432, "v"},  {0x0433, "g"},
    {0x0434, "d"},    {0x0435, "e"},  {0x0436, "zh"},
    {0x0437, "z"},    {0x0438, "i"},  {0x0439, "i"},
    {0x043A, "k"},    {0x043B, "l"},  {0x043C, "m"},
    {0x043D, "n"},    {0x043E, "o"},  {0x043F, "p"},
    {0x0440, "r"},    {0x0441, "s"},  {0x0442, "t"},
    {0x0443, "u"},    {0x0444, "f"},  {0x0445, "kh"},
    {0x0446, "ts"},   {0x0447, "ch"}, {0x0448, "sh"},
    {0x0449, "shch"}, {0x044A, ""},   {0x044B, "y"},
    {0x044C, ""},     {0x044D, "e"},  {0x044E, "yu"},
    {0x044F, "ya"},   {0x0452, "dj"}, {0x0454, "ye"},
    {0x0455, "dz"},   {0x0456, "i"},  {0x0458, "j"},
    {0x0459, "lj"},   {0x045A, "nj"}, {0x045B, "c"},
    {0x045F, "dz"},   {0x0463, "e"},  // yat
    {0x0473, "f"},                    // fita
    {0x0475, "i"},                    // izhitsa
    {0x0491, "g"},                    // Ukrainian ghe with upturn
    {0x0493, "g"},                    // Kazakh and others
    {0x0497, "zh"},   {0x0499, "z"},  {0x049B, "k"},
    {0x049D, "k"},    {0x04A1, "k"},  {0x04A3, "n"},
    {0x04A5, "ng"},   {0x04AB, "s"},  {0x04AF, "u"},
    {0x04B1, "u"},    {0x04B3, "h"},  {0x04B7, "ch"},
    {0x04B9, "ch"},   {0x04BB, "h"},  {0x04CF, ""},  // palochka
    {0x04D9, "a"},    {0x04E1, "dz"}, {0x04E9, "o"},
    {0x0640, ""},   // Arabic tatweel: only stretches
    {0x1E9F, "d"},  // delta (Latin)
    {0x2010, "-"},  // dashes
    {0x2011, "-"},    {0x2012, "-"},  {0x2013, "-"},
    {0x2014, "-"},    {0x2015, "-"},  {0x2018, "'"},  // quotes
    {0x2019, "'"},    {0x201A, "'"},  {0x201B, "'"},
    {0x201C, "\""},   {0x201D, "\""}, {0x201E, "\""},
    {0x201F, "\""},   {0x2032, "'"},  {0x2044, "/"},  // fraction slash
    {0x2117, ""},                                     // sound recording sign
    {0x2120, ""},                                     // service mark
    {0x2122, ""},                                     // trade mark
    {0x2212, "-"},                                    // minus
    {0xA78C, "'"},                                    // saltillo
};

}  // namespace csvm::text
