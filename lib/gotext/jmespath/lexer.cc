#include "gotext/jmespath/lexer.h"

#include <cctype>
#include <utility>

#include "extract/json_string.h"

namespace logsvc::jmespath {
namespace {

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  Result<std::vector<Lexed>> run() {
    std::vector<Lexed> out;
    while (true) {
      while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
      if (at_ >= text_.size()) break;
      ASSIGN_OR_RETURN(Lexed one, next());
      out.push_back(std::move(one));
    }
    out.push_back({Token::kEnd, "", text_.size()});
    return out;
  }

 private:
  Result<Lexed> next() {
    const size_t start = at_;
    const char c = text_[at_];
    if (std::isalpha(static_cast<unsigned char>(c)) || c == '_') {
      while (at_ < text_.size() &&
             (std::isalnum(static_cast<unsigned char>(text_[at_])) || text_[at_] == '_')) {
        ++at_;
      }
      return Lexed{Token::kName, std::string(text_.substr(start, at_ - start)), start};
    }
    if (c == '-' || std::isdigit(static_cast<unsigned char>(c))) {
      ++at_;
      while (at_ < text_.size() && std::isdigit(static_cast<unsigned char>(text_[at_]))) ++at_;
      return Lexed{Token::kNumber, std::string(text_.substr(start, at_ - start)), start};
    }
    if (c == '"' || c == '\'' || c == '`') return quoted(c);
    static constexpr std::pair<std::string_view, Token> kSigns[] = {{"[?", Token::kFilter},
                                                                    {"[]", Token::kFlatten},
                                                                    {"||", Token::kOr},
                                                                    {"&&", Token::kAnd},
                                                                    {"==", Token::kCompare},
                                                                    {"!=", Token::kCompare},
                                                                    {"<=", Token::kCompare},
                                                                    {">=", Token::kCompare},
                                                                    {"<", Token::kCompare},
                                                                    {">", Token::kCompare},
                                                                    {".", Token::kDot},
                                                                    {"*", Token::kStar},
                                                                    {"[", Token::kLeftBracket},
                                                                    {"]", Token::kRightBracket},
                                                                    {"{", Token::kLeftBrace},
                                                                    {"}", Token::kRightBrace},
                                                                    {"(", Token::kLeftParenthesis},
                                                                    {")", Token::kRightParenthesis},
                                                                    {",", Token::kComma},
                                                                    {":", Token::kColon},
                                                                    {"|", Token::kPipe},
                                                                    {"!", Token::kNot},
                                                                    {"@", Token::kCurrent},
                                                                    {"&", Token::kReference}};
    for (const auto& [sign, token] : kSigns) {
      if (!text_.substr(at_).starts_with(sign)) continue;
      at_ += sign.size();
      return Lexed{token, std::string(sign), start};
    }
    return syntax_fault(start, "Unknown char: " + std::string(1, c));
  }

  Result<Lexed> quoted(char quote) {
    const size_t start = at_++;
    std::string inside;
    while (at_ < text_.size() && text_[at_] != quote) {
      // A \ before the quote stands for the quote alone; elsewhere the kind of text decides.
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) {
        if (text_[at_ + 1] != quote || quote == '"') inside += '\\';
        inside += text_[at_ + 1];
        at_ += 2;
      } else {
        inside += text_[at_++];
      }
    }
    if (at_ >= text_.size())
      return syntax_fault(start, std::string("Unclosed delimiter: ") + quote);
    ++at_;
    if (quote == '\'') return Lexed{Token::kRawString, std::move(inside), start};
    if (quote == '`') return Lexed{Token::kJson, std::move(inside), start};
    std::string name;
    if (!extract::unescape_json(inside, name, true)) return syntax_fault(start, "Invalid escape");
    return Lexed{Token::kQuotedName, std::move(name), start};
  }

  std::string_view text_;
  size_t at_ = 0;
};

}  // namespace

Error syntax_fault(size_t position, const std::string& what) {
  return invalid("SyntaxError: " + what + " at column " + std::to_string(position + 1));
}

Result<std::vector<Lexed>> lex(std::string_view text) { return Lexer(text).run(); }

}  // namespace logsvc::jmespath
