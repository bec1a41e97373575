#include "store/columns/json_shape.h"

#include <algorithm>

#include "extract/json_fields.h"
#include "extract/json_string.h"

namespace logsvc::store {
namespace {

// A slot in the sample is written as these digits and four more that number it.
constexpr std::string_view kMark = "73910624";
constexpr size_t kMarkDigits = 12;
constexpr size_t kMaxSlots = 9999;
constexpr int kMaxDepth = 90;

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// Reads the inside of a string.
std::optional<std::string_view> read_string(std::string_view inside, std::string& buffer) {
  const bool plain = std::all_of(inside.begin(), inside.end(), [](char c) {
    return c != '\\' && static_cast<uint8_t>(c) < 0x80;
  });
  if (plain) return inside;
  buffer.clear();
  if (inside.find('\\') == std::string_view::npos) {
    buffer = inside;
  } else if (!extract::unescape_json(inside, buffer)) {
    buffer.clear();
  }
  extract::blank_out_bad_runes(buffer);
  return buffer;
}

std::optional<std::string_view> read_bare(std::string_view word, std::string&) {
  if (word == "true" || word == "false") return word;
  if (!word.empty() && (is_digit(word[0]) || word[0] == '-')) return word;
  return std::nullopt;
}

}  // namespace

// Reads the sample as strict JSON and notes what each slot is in.
class JsonShape::Validator {
 public:
  Validator(std::string_view text, std::vector<Slot>& slots) : text_(text), slots_(slots) {}

  bool run() {
    blanks();
    if (!value(0)) return false;
    blanks();
    return at_ == text_.size() && std::all_of(slots_.begin(), slots_.end(), [](const Slot& s) {
             return s.place != Slot::Place::kNone;
           });
  }

 private:
  void blanks() {
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
  }
  bool take(char c) {
    blanks();
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool value(int depth) {
    blanks();
    if (at_ == text_.size() || depth > kMaxDepth) return false;
    if (text_[at_] == '{') return object(depth);
    if (text_[at_] == '[') return array(depth);
    if (text_[at_] == '"') return string(Slot::Place::kString);
    return bare();
  }
  bool object(int depth) {
    ++at_;
    if (take('}')) return true;
    do {
      blanks();
      // A slot in a key keeps the place kNone.
      if (at_ == text_.size() || text_[at_] != '"' || !string(Slot::Place::kNone)) return false;
      if (!take(':') || !value(depth + 1)) return false;
    } while (take(','));
    return take('}');
  }
  bool array(int depth) {
    ++at_;
    if (take(']')) return true;
    do {
      if (!value(depth + 1)) return false;
    } while (take(','));
    return take(']');
  }
  bool string(Slot::Place place) {
    const size_t begin = ++at_;
    for (; at_ < text_.size(); ++at_) {
      if (text_[at_] == '"') {
        note(begin, at_++, place);
        return true;
      }
      if (text_[at_] != '\\') continue;
      const size_t escape = at_++;
      if (at_ == text_.size()) return false;
      if (text_[at_] == 'u') {
        at_ += 4;
      } else if (std::string_view("\"\\/bfnrt").find(text_[at_]) == std::string_view::npos) {
        return false;
      }
      // An escape that contains part of a slot could be any.
      const bool shared = std::any_of(slots_.begin(), slots_.end(), [&](const Slot& s) {
        return s.begin > escape && s.begin <= at_;
      });
      if (shared) return false;
    }
    return false;
  }
  bool bare() {
    const size_t begin = at_;
    while (at_ < text_.size() && !is_blank(text_[at_]) &&
           std::string_view(",:{}[]\"\\").find(text_[at_]) == std::string_view::npos) {
      ++at_;
    }
    const std::string_view word = text_.substr(begin, at_ - begin);
    note(begin, at_, Slot::Place::kBare);
    return word == "true" || word == "false" || word == "null" ||
           (!word.empty() && (is_digit(word[0]) || word[0] == '-'));
  }
  void note(size_t begin, size_t end, Slot::Place place) {
    for (Slot& s : slots_) {
      if (s.begin < begin || s.begin >= end) continue;
      s.place = place;
      s.first = s.begin == begin;
      s.whole = s.first && end - begin == kMarkDigits;
    }
  }

  const std::string_view text_;
  std::vector<Slot>& slots_;
  size_t at_ = 0;
};

void JsonShape::make_sample() {
  for (size_t i = 0; i < pieces_.size(); ++i) {
    if (!pieces_[i].is_slot()) {
      sample_ += pieces_[i].text;
      continue;
    }
    const std::string number = std::to_string(kMaxSlots + 1 + slots_.size()).substr(1);
    slots_.push_back({sample_.size(), i});
    sample_ += kMark;
    sample_ += number;
  }
}

Result<bool> JsonShape::slots_keep_their_places(ColumnProofs& proofs) {
  for (const Slot& s : slots_) {
    const uint32_t column = pieces_[s.piece].column;
    if (s.place == Slot::Place::kBare) {
      if (!proofs.is_json_word(column)) return false;
      ASSIGN_OR_RETURN(const bool scalar, proofs.is_json_scalar(column, s.whole));
      if (s.first && !scalar) faultless_ = false;
    } else {
      ASSIGN_OR_RETURN(const bool stays, proofs.stays_in_json_string(column));
      if (!stays) return false;
    }
  }
  return true;
}

Result<std::unique_ptr<FieldShape>> JsonShape::of(ColumnProofs& proofs, const ColumnTable& table,
                                                  const LineTemplate& t) {
  std::unique_ptr<JsonShape> out(new JsonShape(table, t));
  if (!out->pieces_.empty()) RETURN_IF_ERROR(out->look(proofs, table));
  return std::unique_ptr<FieldShape>(std::move(out));
}

Status JsonShape::look(ColumnProofs& proofs, const ColumnTable& table) {
  const TemplatePiece& first = pieces_[0];
  // The parser wants an object before it looks at anything else.
  bool other = false;
  if (first.is_slot()) {
    const Column& c = table.columns[first.column];
    other = c.stats.min_length > 0 && !c.stats.has('{') && proofs.is_json_word(first.column);
  } else {
    const auto begin = std::find_if_not(first.text.begin(), first.text.end(), is_blank);
    other = begin != first.text.end() && *begin != '{';
  }
  if (other) {
    kind_ = Kind::kNoObject;
    return {};
  }
  const bool marked = std::any_of(pieces_.begin(), pieces_.end(), [](const TemplatePiece& p) {
    return p.text.find(kMark) != std::string_view::npos;
  });
  if (first.is_slot() || marked || pieces_.size() > kMaxSlots) return {};
  make_sample();
  if (!Validator(sample_, slots_).run()) return {};
  extract::JsonFields parser;
  const auto all = [](std::string_view, std::string_view) { return true; };
  faultless_ = parser.read(sample_, all) == nullptr;
  ASSIGN_OR_RETURN(const bool kept, slots_keep_their_places(proofs));
  if (kept) kind_ = Kind::kObject;
  return {};
}

Result<FieldShape::Field> JsonShape::find(std::string_view name) {
  using Where = Field::Where;
  Field out;
  if (kind_ == Kind::kUnknown) return out;
  out.where = Where::kNowhere;
  if (kind_ == Kind::kNoObject) return out;
  std::string value;
  size_t times = 0;
  extract::JsonFields parser;
  parser.read(sample_, [&](std::string_view key, std::string_view v) {
    if (key == name && times++ == 0) value = v;
    return true;
  });
  if (times == 0) return out;
  out.behind_fault = !faultless_;
  const size_t mark = value.find(kMark);
  if (mark == std::string::npos) {
    out.where = Where::kFixed;
    out.text = std::move(value);
    return out;
  }
  out.where = Where::kUnknown;
  if (mark != 0 || value.size() != kMarkDigits) return out;
  const Slot& slot = slots_[std::stoul(value.substr(kMark.size()))];
  if (!slot.whole) return out;
  const bool bare = slot.place == Slot::Place::kBare;
  // Where a bare word gives no value, a later field of the same name would count.
  if (bare && times > 1) return out;
  out.where = Where::kWritten;
  out.written = {pieces_[slot.piece]};
  out.read = bare ? read_bare : read_string;
  return out;
}

}  // namespace logsvc::store
