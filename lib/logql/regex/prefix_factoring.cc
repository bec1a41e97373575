#include "logql/regex/prefix_factoring.h"

#include <algorithm>
#include <iterator>

namespace logsvc::logql {
namespace {

using Op = SimplifiedRegex::Op;

const SimplifiedRegex* leading_literal(const SimplifiedRegex& s) {
  const SimplifiedRegex* first = s.op == Op::kConcat && !s.subs.empty() ? &s.subs[0] : &s;
  return first->op == Op::kLiteral ? first : nullptr;
}

void remove_leading(SimplifiedRegex& s, size_t n) {
  if (s.op == Op::kConcat && !s.subs.empty()) {
    remove_leading(s.subs[0], n);
    if (s.subs[0].op != Op::kEmpty) return;
    s.subs.erase(s.subs.begin());
    if (s.subs.size() == 1) {
      SimplifiedRegex only = std::move(s.subs[0]);
      s = std::move(only);
    }
    return;
  }
  if (s.op != Op::kLiteral) return;
  s.runes.erase(0, n);
  if (s.runes.empty()) s.op = Op::kEmpty;
}

// Turns ABC|ABD|X into AB(C|D)|X.
Regexes with_common_prefixes(Regexes in) {
  Regexes out;
  for (size_t start = 0; start < in.size();) {
    const SimplifiedRegex* first = leading_literal(in[start]);
    std::u32string prefix = first ? first->runes : std::u32string();
    const bool fold = first && first->fold;
    size_t end = start + 1;
    for (; end < in.size() && !prefix.empty(); ++end) {
      const SimplifiedRegex* next = leading_literal(in[end]);
      if (!next || next->fold != fold) break;
      size_t same = 0;
      while (same < prefix.size() && same < next->runes.size() &&
             prefix[same] == next->runes[same]) {
        ++same;
      }
      if (same == 0) break;
      prefix.resize(same);
    }
    if (end == start + 1) {
      out.push_back(std::move(in[start]));
    } else {
      SimplifiedRegex concat, literal;
      literal.op = Op::kLiteral;
      literal.fold = fold;
      literal.runes = prefix;
      concat.op = Op::kConcat;
      Regexes rests;
      for (size_t i = start; i < end; ++i) {
        remove_leading(in[i], prefix.size());
        rests.push_back(std::move(in[i]));
      }
      concat.subs.push_back(std::move(literal));
      concat.subs.push_back(collapsed(std::move(rests), Op::kAlternate));
      out.push_back(std::move(concat));
    }
    start = end;
  }
  return out;
}

// Neighbours of one rune become a class, and neighbouring empty matches become one.
Regexes factored(Regexes alternatives) {
  if (alternatives.size() < 2) return alternatives;
  Regexes out;
  for (SimplifiedRegex& s : with_common_prefixes(std::move(alternatives))) {
    if (!out.empty() && is_one_rune(out.back()) && is_one_rune(s)) {
      out.back() = merged(std::move(out.back()), std::move(s));
    } else if (out.empty() || out.back().op != Op::kEmpty || s.op != Op::kEmpty) {
      out.push_back(std::move(s));
    }
  }
  return out;
}

}  // namespace

bool is_one_rune(const SimplifiedRegex& s) {
  return (s.op == Op::kLiteral && s.runes.size() == 1) || s.op == Op::kClass ||
         s.op == Op::kAnyInLine || s.op == Op::kAny;
}

SimplifiedRegex merged(SimplifiedRegex a, SimplifiedRegex b) {
  if (a.op == Op::kLiteral && b.op == Op::kLiteral && a.runes == b.runes && a.fold == b.fold) {
    return a;
  }
  SimplifiedRegex out;
  out.op = std::max({Op::kClass, a.op, b.op});
  return out;
}

SimplifiedRegex collapsed(Regexes subs, Op op) {
  if (subs.size() == 1) return std::move(subs[0]);
  SimplifiedRegex out;
  out.op = op;
  for (SimplifiedRegex& sub : subs) {
    if (sub.op == op) {
      std::move(sub.subs.begin(), sub.subs.end(), std::back_inserter(out.subs));
    } else {
      out.subs.push_back(std::move(sub));
    }
  }
  if (op == Op::kAlternate) {
    out.subs = factored(std::move(out.subs));
    if (out.subs.size() == 1) {
      SimplifiedRegex only = std::move(out.subs[0]);
      return only;
    }
  }
  return out;
}

}  // namespace logsvc::logql
