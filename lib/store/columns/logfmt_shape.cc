#include "store/columns/logfmt_shape.h"

#include <algorithm>

#include "extract/json_fields.h"
#include "extract/json_string.h"

namespace logsvc::store {

using extract::LogfmtQuoted;
using extract::LogfmtToken;

namespace {

// Stands for a slot: it is a character of a word, and no escape contains it.
constexpr char kSlotMark = '.';

constexpr std::string_view kSpaces(
    "\0\1\2\3\4\5\6\7\10\11\12\13\14\15\16\17\20\21\22\23\24\25\26\27\30\31\32\33\34\35\36\37 ",
    33);
constexpr std::string_view kWordEnds = "=\"";
// Keys may not contain invalid UTF-8 or U+FFFD.
constexpr std::string_view kNotAscii = "\x80";

template <bool kQuoted, bool kKeepEmpty>
std::optional<std::string_view> read_value(std::string_view written, std::string& buffer) {
  if (written.empty() && !kKeepEmpty) return std::nullopt;
  const std::string_view value = extract::logfmt_value(written, kQuoted, buffer);
  if (value.find("\xEF\xBF\xBD") == std::string_view::npos) return value;
  // The value is written as `| logfmt` makes a label of it.
  if (value.data() != buffer.data()) buffer = value;
  extract::blank_out_bad_runes(buffer);
  return buffer;
}

FieldShape::ReadValue reader_of(bool quoted, bool keep_empty) {
  if (quoted) return keep_empty ? read_value<true, true> : read_value<true, false>;
  return keep_empty ? read_value<false, true> : read_value<false, false>;
}

}  // namespace

LogfmtShape::LogfmtShape(const FieldParser& parser, ColumnProofs& proofs, const ColumnTable& table,
                         const LineTemplate& t)
    : parser_(parser), proofs_(proofs), rows_(t.rows) {
  for (const TemplatePiece& piece : table.pieces_of(t)) {
    Part part{piece, sample_.size(), 0};
    if (!piece.is_slot()) {
      sample_ += piece.text;
    } else if (const Column& c = table.columns[piece.column]; c.type() == ColumnType::kConstant) {
      part.piece = {c.constant, kNone, 0};
      sample_ += c.constant;
    } else {
      sample_ += kSlotMark;
    }
    part.end = sample_.size();
    parts_.push_back(part);
  }
}

Result<std::unique_ptr<FieldShape>> LogfmtShape::of(const FieldParser& parser, ColumnProofs& proofs,
                                                    const ColumnTable& table,
                                                    const LineTemplate& t) {
  return std::unique_ptr<FieldShape>(new LogfmtShape(parser, proofs, table, t));
}

Result<FieldShape::Field> LogfmtShape::find(std::string_view name) {
  size_t found = 0;
  while (true) {
    while (found < pairs_.size() && pairs_[found].name != name) ++found;
    if (found < pairs_.size() || end_ != End::kNotYet) break;
    RETURN_IF_ERROR(step());
  }
  Field out;
  if (found == pairs_.size()) {
    if (end_ != End::kUnknown) out.where = Field::Where::kNowhere;
    return out;
  }
  // If it has no value, a later one of the same name would count.
  if (pairs_[found].may_lack) {
    while (end_ == End::kNotYet) RETURN_IF_ERROR(step());
    const bool again = std::any_of(pairs_.begin() + static_cast<std::ptrdiff_t>(found) + 1,
                                   pairs_.end(), [&](const Pair& p) { return p.name == name; });
    if (again || end_ == End::kUnknown) return out;
  }
  return field_of(pairs_[found]);
}

Result<bool> LogfmtShape::is_faultless() {
  if (!parser_.strict) return true;
  while (end_ == End::kNotYet) RETURN_IF_ERROR(step());
  return end_ == End::kOfLine;
}

FieldShape::Field LogfmtShape::field_of(const Pair& pair) const {
  Field out;
  out.where = Field::Where::kWritten;
  out.written = pair.written;
  out.read = reader_of(pair.quoted, parser_.keep_empty);
  const bool fixed = std::none_of(pair.written.begin(), pair.written.end(),
                                  [](const TemplatePiece& p) { return p.is_slot(); });
  if (!fixed) return out;
  std::string written, buffer;
  for (const TemplatePiece& p : pair.written) written += p.text;
  const auto value = out.read(written, buffer);
  out.where = value ? Field::Where::kFixed : Field::Where::kNowhere;
  if (value) out.text = *value;
  return out;
}

Status LogfmtShape::step() {
  LogfmtToken token;
  if (!extract::next_logfmt_token(sample_, at_, token)) {
    end_ = End::kOfLine;
    return {};
  }
  ASSIGN_OR_RETURN(const Certain certain, check(token));
  if (certain == Certain::kReadAgain) return {};
  if (certain == Certain::kNo) {
    end_ = End::kUnknown;
  } else if (token.fault == LogfmtToken::Fault::kNone) {
    take(token);
  } else if (parser_.strict) {
    end_ = End::kFault;
  }
  at_ = token.end;
  return {};
}

void LogfmtShape::take(const LogfmtToken& token) {
  const bool lacks = token.value_begin == token.value_end;
  if (lacks && !parser_.keep_empty) return;
  Pair pair;
  const std::string_view key(sample_.data() + token.begin, token.key_end - token.begin);
  extract::append_sanitised(pair.name, key, true);
  pair.quoted = token.quoted;
  pair.written = pieces(token.value_begin, token.value_end);
  pair.may_lack = !parser_.keep_empty && may_be_empty(token.value_begin, token.value_end);
  pairs_.push_back(std::move(pair));
}

Result<LogfmtShape::Certain> LogfmtShape::check(const LogfmtToken& token) {
  // Behind a fault the parser skips to the next space.
  if (!slots_lack(token.read_end, token.end, kSpaces) || !keeps_key(token)) return Certain::kNo;
  if (token.quoted) return check_quoted_value(token);
  return keeps_bare_value(token) ? Certain::kYes : Certain::kNo;
}

bool LogfmtShape::keeps_key(const LogfmtToken& token) const {
  if (!has_slots(token.begin, token.key_end)) return true;
  const bool fault = token.fault != LogfmtToken::Fault::kNone;
  if (!token.has_value && !fault) {
    // A word without a value gives nothing, and neither do several words.
    return !parser_.keep_empty && slots_lack(token.begin, token.key_end, kWordEnds) &&
           (!parser_.strict || slots_lack(token.begin, token.key_end, kNotAscii));
  }
  // This is a pair of any name; without a key in front the fault would be another.
  if (!fault || (token.has_value && may_be_empty(token.begin, token.key_end))) return false;
  return slots_lack(token.begin, token.key_end, kSpaces) &&
         slots_lack(token.begin, token.key_end, kWordEnds) &&
         slots_lack(token.begin, token.key_end, kNotAscii);
}

bool LogfmtShape::keeps_bare_value(const LogfmtToken& token) const {
  if (!has_slots(token.value_begin, token.value_end)) return true;
  // A quote right behind the equals sign begins a string.
  const bool quote_follows = token.value_end < sample_.size() && sample_[token.value_end] == '"';
  if (quote_follows && may_be_empty(token.value_begin, token.value_end)) return false;
  return slots_lack(token.value_begin, token.value_end, kSpaces) &&
         slots_lack(token.value_begin, token.value_end, kWordEnds);
}

Result<LogfmtShape::Certain> LogfmtShape::check_quoted_value(const LogfmtToken& token) {
  for (const Part& part : parts(token.value_begin, token.value_end)) {
    if (!part.piece.is_slot()) continue;
    ASSIGN_OR_RETURN(const LogfmtQuoted quoted, proofs_.inside_logfmt_quotes(part.piece, rows_));
    if (quoted == LogfmtQuoted::kLeaves) return Certain::kNo;
    if (quoted == LogfmtQuoted::kOpens && part.end == part.begin + 1) {
      open_slot(static_cast<size_t>(&part - parts_.data()));
      return Certain::kReadAgain;
    }
  }
  // A mark that belongs to an escape could be any character of it.
  return has_slot_in_escape(token.value_begin, token.value_end) ? Certain::kNo : Certain::kYes;
}

bool LogfmtShape::has_slot_in_escape(size_t begin, size_t end) const {
  for (size_t at = begin; at < end; ++at) {
    if (sample_[at] != '\\') continue;
    const size_t escape = at++;
    if (at < sample_.size() && sample_[at] == 'u') at += 4;
    for (const Part& p : parts(escape + 1, at + 1)) {
      if (p.piece.is_slot() && p.begin > escape) return true;
    }
  }
  return false;
}

// The slot's values all end with a backslash, so its mark does too.
void LogfmtShape::open_slot(size_t part) {
  sample_.insert(parts_[part].end, 1, '\\');
  ++parts_[part].end;
  for (size_t i = part + 1; i < parts_.size(); ++i) {
    ++parts_[i].begin;
    ++parts_[i].end;
  }
}

std::span<const LogfmtShape::Part> LogfmtShape::parts(size_t begin, size_t end) const {
  const auto first = std::partition_point(parts_.begin(), parts_.end(),
                                          [&](const Part& p) { return p.end <= begin; });
  const auto last =
      std::partition_point(first, parts_.end(), [&](const Part& p) { return p.begin < end; });
  return {first, last};
}

bool LogfmtShape::slots_lack(size_t begin, size_t end, std::string_view characters) const {
  const auto among = parts(begin, end);
  return std::all_of(among.begin(), among.end(), [&](const Part& p) {
    return !p.piece.is_slot() || proofs_.lacks(p.piece.column, characters);
  });
}

bool LogfmtShape::has_slots(size_t begin, size_t end) const {
  const auto among = parts(begin, end);
  return std::any_of(among.begin(), among.end(), [](const Part& p) { return p.piece.is_slot(); });
}

bool LogfmtShape::may_be_empty(size_t begin, size_t end) const {
  const auto among = parts(begin, end);
  return std::all_of(among.begin(), among.end(), [&](const Part& p) {
    return p.begin == p.end || (p.piece.is_slot() && proofs_.may_be_empty(p.piece.column));
  });
}

std::vector<TemplatePiece> LogfmtShape::pieces(size_t begin, size_t end) const {
  std::vector<TemplatePiece> out;
  for (const Part& p : parts(begin, end)) {
    if (p.begin == p.end) continue;
    TemplatePiece piece = p.piece;
    if (!piece.is_slot()) {
      const size_t from = std::max(p.begin, begin);
      piece.text = piece.text.substr(from - p.begin, std::min(p.end, end) - from);
    }
    out.push_back(piece);
  }
  return out;
}

}  // namespace logsvc::store
