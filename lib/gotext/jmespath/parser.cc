#include <cctype>
#include <charconv>

#include "extract/json_string.h"
#include "gotext/jmespath/expression.h"
#include "gotext/jmespath/lexer.h"
#include "gotext/jmespath/node.h"

namespace logsvc::jmespath {
namespace {

constexpr int kMaxDepth = 100;

int binding_power(Token token) {
  switch (token) {
    case Token::kPipe:
      return 1;
    case Token::kOr:
      return 2;
    case Token::kAnd:
      return 3;
    case Token::kCompare:
      return 5;
    case Token::kFlatten:
      return 9;
    case Token::kStar:
      return 20;
    case Token::kFilter:
      return 21;
    case Token::kDot:
      return 40;
    case Token::kNot:
      return 45;
    case Token::kLeftBrace:
      return 50;
    case Token::kLeftBracket:
      return 55;
    case Token::kLeftParenthesis:
      return 60;
    default:
      return 0;
  }
}

NodePtr make(Node::Kind kind, NodePtr left = nullptr, NodePtr right = nullptr) {
  auto out = std::make_unique<Node>();
  out->kind = kind;
  if (left) out->children.push_back(std::move(left));
  if (right) out->children.push_back(std::move(right));
  return out;
}

// Parses by top-down operator precedence, with go-jmespath's powers.
class Parser {
 public:
  explicit Parser(std::vector<Lexed> tokens) : tokens_(std::move(tokens)) {}

  Result<NodePtr> run() {
    ASSIGN_OR_RETURN(NodePtr out, expression(0));
    if (now().token != Token::kEnd) return unexpected();
    return out;
  }

 private:
  const Lexed& now() const { return tokens_[at_]; }
  const Lexed& ahead(size_t n) const { return tokens_[std::min(at_ + n, tokens_.size() - 1)]; }
  Error unexpected() const {
    return syntax_fault(now().position, now().token == Token::kEnd
                                            ? std::string("Incomplete expression")
                                            : "Unexpected token: " + now().text);
  }
  Status expect(Token token) {
    if (now().token != token) return unexpected();
    ++at_;
    return {};
  }

  Result<NodePtr> expression(int power) {
    if (++depth_ > kMaxDepth) return syntax_fault(now().position, "Nested too deeply");
    const Lexed first = now();
    if (first.token != Token::kEnd) ++at_;
    ASSIGN_OR_RETURN(NodePtr left, prefix(first));
    while (power < binding_power(now().token)) {
      const Lexed sign = now();
      ++at_;
      ASSIGN_OR_RETURN(left, infix(sign, std::move(left)));
    }
    --depth_;
    return left;
  }

  // Reads on from a token at the start of an expression.
  Result<NodePtr> prefix(const Lexed& first) {
    switch (first.token) {
      case Token::kJson:
        return json_literal(first);
      case Token::kRawString: {
        NodePtr out = make(Node::Kind::kLiteral);
        out->literal = Value(first.text);
        return out;
      }
      case Token::kName:
      case Token::kQuotedName: {
        if (first.token == Token::kQuotedName && now().token == Token::kLeftParenthesis) {
          return syntax_fault(first.position, "Can't have quoted identifier as function name");
        }
        NodePtr out = make(Node::Kind::kField);
        out->name = first.text;
        return out;
      }
      case Token::kStar:
        return all_values();
      case Token::kFilter:
        return filter(make(Node::Kind::kCurrent));
      case Token::kLeftBrace:
        return multi_hash();
      case Token::kFlatten: {
        ASSIGN_OR_RETURN(NodePtr right, projection_rest(binding_power(Token::kFlatten)));
        return make(Node::Kind::kProjection, make(Node::Kind::kFlatten, make(Node::Kind::kCurrent)),
                    std::move(right));
      }
      case Token::kLeftBracket:
        return bracketed();
      case Token::kCurrent:
        return make(Node::Kind::kCurrent);
      case Token::kReference: {
        ASSIGN_OR_RETURN(NodePtr operand, expression(0));
        return make(Node::Kind::kExpression, std::move(operand));
      }
      case Token::kNot: {
        ASSIGN_OR_RETURN(NodePtr operand, expression(binding_power(Token::kNot)));
        return make(Node::Kind::kNot, std::move(operand));
      }
      case Token::kLeftParenthesis: {
        ASSIGN_OR_RETURN(NodePtr inner, expression(0));
        RETURN_IF_ERROR(expect(Token::kRightParenthesis));
        return inner;
      }
      default:
        break;
    }
    if (first.token != Token::kEnd) --at_;
    return unexpected();
  }

  // Reads on behind a * at the start.
  Result<NodePtr> all_values() {
    NodePtr right = make(Node::Kind::kCurrent);
    if (now().token != Token::kRightBracket) {
      ASSIGN_OR_RETURN(right, projection_rest(binding_power(Token::kStar)));
    }
    return make(Node::Kind::kValues, make(Node::Kind::kCurrent), std::move(right));
  }

  // Reads on behind a [ at the start: an index, a slice, [*] or a list of expressions.
  Result<NodePtr> bracketed() {
    if (now().token == Token::kNumber || now().token == Token::kColon) {
      ASSIGN_OR_RETURN(NodePtr right, index());
      return project_slice(make(Node::Kind::kCurrent), std::move(right));
    }
    if (now().token == Token::kStar && ahead(1).token == Token::kRightBracket) {
      at_ += 2;
      ASSIGN_OR_RETURN(NodePtr right, projection_rest(binding_power(Token::kStar)));
      return make(Node::Kind::kProjection, make(Node::Kind::kCurrent), std::move(right));
    }
    return multi_list();
  }

  // Reads on from a token behind an expression.
  Result<NodePtr> infix(const Lexed& sign, NodePtr left) {
    switch (sign.token) {
      case Token::kDot: {
        if (now().token == Token::kStar) {
          ++at_;
          ASSIGN_OR_RETURN(NodePtr right, projection_rest(binding_power(Token::kStar)));
          return make(Node::Kind::kValues, std::move(left), std::move(right));
        }
        ASSIGN_OR_RETURN(NodePtr right, dot_rest(binding_power(Token::kDot)));
        return make(Node::Kind::kSub, std::move(left), std::move(right));
      }
      case Token::kPipe:
        return binary(Node::Kind::kPipe, std::move(left), binding_power(Token::kPipe));
      case Token::kOr:
        return binary(Node::Kind::kOr, std::move(left), binding_power(Token::kOr));
      case Token::kAnd:
        return binary(Node::Kind::kAnd, std::move(left), binding_power(Token::kAnd));
      case Token::kCompare: {
        ASSIGN_OR_RETURN(NodePtr out, binary(Node::Kind::kComparison, std::move(left),
                                             binding_power(Token::kCompare)));
        out->name = sign.text;
        return out;
      }
      case Token::kLeftParenthesis:
        return function(sign, std::move(left));
      case Token::kFilter:
        return filter(std::move(left));
      case Token::kFlatten: {
        ASSIGN_OR_RETURN(NodePtr right, projection_rest(binding_power(Token::kFlatten)));
        return make(Node::Kind::kProjection, make(Node::Kind::kFlatten, std::move(left)),
                    std::move(right));
      }
      case Token::kLeftBracket: {
        if (now().token == Token::kNumber || now().token == Token::kColon) {
          ASSIGN_OR_RETURN(NodePtr right, index());
          return project_slice(std::move(left), std::move(right));
        }
        if (now().token != Token::kStar) {
          return syntax_fault(now().position, now().token == Token::kEnd
                                                  ? "Expected tStar, received: tEOF"
                                                  : "Expected tStar, received: " + now().text);
        }
        ++at_;
        RETURN_IF_ERROR(expect(Token::kRightBracket));
        ASSIGN_OR_RETURN(NodePtr right, projection_rest(binding_power(Token::kStar)));
        return make(Node::Kind::kProjection, std::move(left), std::move(right));
      }
      default:
        break;
    }
    --at_;
    return unexpected();
  }

  Result<NodePtr> binary(Node::Kind kind, NodePtr left, int power) {
    ASSIGN_OR_RETURN(NodePtr right, expression(power));
    return make(kind, std::move(left), std::move(right));
  }

  Result<NodePtr> function(const Lexed& sign, NodePtr left) {
    if (left->kind != Node::Kind::kField)
      return syntax_fault(sign.position, "Invalid function call");
    if (!is_function(left->name)) {
      return syntax_fault(sign.position, "Unknown function: " + left->name + "()");
    }
    NodePtr out = make(Node::Kind::kFunction);
    out->name = left->name;
    while (now().token != Token::kRightParenthesis) {
      ASSIGN_OR_RETURN(NodePtr argument, expression(0));
      out->children.push_back(std::move(argument));
      if (now().token == Token::kComma) {
        ++at_;
      } else if (now().token != Token::kRightParenthesis) {
        return unexpected();
      }
    }
    ++at_;
    return out;
  }

  // Reads on behind [?: the condition, ], and what is done with what passes.
  Result<NodePtr> filter(NodePtr left) {
    ASSIGN_OR_RETURN(NodePtr condition, expression(0));
    RETURN_IF_ERROR(expect(Token::kRightBracket));
    NodePtr right = make(Node::Kind::kCurrent);
    if (now().token != Token::kFlatten) {
      ASSIGN_OR_RETURN(right, projection_rest(binding_power(Token::kFilter)));
    }
    NodePtr out = make(Node::Kind::kFilter, std::move(left), std::move(right));
    out->children.push_back(std::move(condition));
    return out;
  }

  Result<NodePtr> dot_rest(int power) {
    switch (now().token) {
      case Token::kName:
      case Token::kQuotedName:
      case Token::kStar:
        return expression(power);
      case Token::kLeftBracket:
        ++at_;
        return multi_list();
      case Token::kLeftBrace:
        ++at_;
        return multi_hash();
      default:
        return unexpected();
    }
  }

  Result<NodePtr> projection_rest(int power) {
    if (binding_power(now().token) < 10) return make(Node::Kind::kCurrent);
    if (now().token == Token::kLeftBracket || now().token == Token::kFilter) {
      return expression(power);
    }
    if (now().token != Token::kDot) return unexpected();
    ++at_;
    return dot_rest(power);
  }

  // Reads [n] or [from:to:step], behind the bracket.
  Result<NodePtr> index() {
    std::optional<int64_t> parts[3];
    int part = 0;
    const size_t start = now().position;
    while (now().token != Token::kRightBracket) {
      if (now().token == Token::kColon && part < 2) {
        ++part;
      } else if (now().token == Token::kNumber && !parts[part]) {
        int64_t n = 0;
        const std::string& text = now().text;
        const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), n);
        if (failure != std::errc() || end != text.data() + text.size()) return unexpected();
        parts[part] = n;
      } else {
        return unexpected();
      }
      ++at_;
    }
    ++at_;
    if (part == 0) {
      NodePtr out = make(Node::Kind::kIndex);
      out->index = *parts[0];
      return out;
    }
    if (parts[2] == 0) return syntax_fault(start, "Invalid slice, step cannot be 0");
    NodePtr out = make(Node::Kind::kSlice);
    for (int i = 0; i < 3; ++i) out->bounds[i] = parts[i];
    return out;
  }

  Result<NodePtr> project_slice(NodePtr left, NodePtr right) {
    const bool slice = right->kind == Node::Kind::kSlice;
    NodePtr out = make(Node::Kind::kSub, std::move(left), std::move(right));
    if (!slice) return out;
    ASSIGN_OR_RETURN(NodePtr rest, projection_rest(binding_power(Token::kStar)));
    return make(Node::Kind::kProjection, std::move(out), std::move(rest));
  }

  Result<NodePtr> multi_list() {
    NodePtr out = make(Node::Kind::kMultiList);
    while (true) {
      ASSIGN_OR_RETURN(NodePtr item, expression(0));
      out->children.push_back(std::move(item));
      if (now().token == Token::kRightBracket) break;
      RETURN_IF_ERROR(expect(Token::kComma));
    }
    ++at_;
    return out;
  }

  Result<NodePtr> multi_hash() {
    NodePtr out = make(Node::Kind::kMultiHash);
    while (true) {
      if (now().token != Token::kName && now().token != Token::kQuotedName) return unexpected();
      out->names.push_back(now().text);
      ++at_;
      RETURN_IF_ERROR(expect(Token::kColon));
      ASSIGN_OR_RETURN(NodePtr value, expression(0));
      out->children.push_back(std::move(value));
      if (now().token == Token::kRightBrace) break;
      RETURN_IF_ERROR(expect(Token::kComma));
    }
    ++at_;
    return out;
  }

  static Result<NodePtr> json_literal(const Lexed& token) {
    struct Owner {
      std::string text;
      extract::JsonTree tree;
    };
    auto owner = std::make_shared<Owner>();
    owner->text = token.text;
    if (!owner->tree.parse(owner->text)) {
      return syntax_fault(token.position, "Invalid JSON literal: " + token.text);
    }
    NodePtr out = make(Node::Kind::kLiteral);
    out->literal = Value(Value::Place{&owner->tree, 0});
    out->literal_owner = owner;
    return out;
  }

  std::vector<Lexed> tokens_;
  size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace

Result<NodePtr> parse_expression(std::string_view text) {
  ASSIGN_OR_RETURN(std::vector<Lexed> tokens, lex(text));
  return Parser(std::move(tokens)).run();
}

}  // namespace logsvc::jmespath
