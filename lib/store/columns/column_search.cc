#include "store/columns/column_search.h"

#include <algorithm>
#include <cstring>

#include "store/columns/template_matcher.h"

namespace logsvc::store {
namespace {

// Shorter hex parts are looked for in the formatted text.
constexpr size_t kMinPackedNibbles = 5;
constexpr size_t kHeadNibbles = 8;

// Returns the longest run of digits that a value of the form has; SIZE_MAX: any.
size_t longest_digits(ValueForm form) {
  switch (form.type) {
    case ColumnType::kIsoTime:
      return std::max<size_t>(4, form.width & 15);
    case ColumnType::kClfTime:
      return 4;
    case ColumnType::kIpv4:
      return 3;
    default:
      return SIZE_MAX;
  }
}

size_t longest_run_of_digits(std::string_view text) {
  size_t run = 0, longest = 0;
  for (const char c : text) {
    run = is_digit(c) ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return longest;
}

// Returns the hex digits of a part of a UUID or hex id, without dashes.
std::string nibbles_of(std::string_view part) {
  std::string out;
  for (const char c : part) {
    if (c != '-') out.push_back(c);
  }
  return out;
}

// Packs pairs of digits from `from` on.
std::string pack_pairs(const std::string& digits, size_t from) {
  std::string out;
  for (size_t i = from; i + 1 < digits.size(); i += 2) {
    uint8_t byte = 0;
    pack({ColumnType::kHex, 2, 0}, std::string_view(digits).substr(i, 2), &byte);
    out.push_back(static_cast<char>(byte));
  }
  return out;
}

}  // namespace

bool ColumnSearch::possible(const Column& c, const Needle& part, Where where) const {
  if (c.rows == 0 || part.size() > c.stats.max_length) return false;
  if (where == Where::kWhole && part.size() < c.stats.min_length) return false;
  if (!c.stats.has_all(part)) return false;
  if (where == Where::kWhole && c.type() == ColumnType::kInteger) {
    int64_t value = 0;
    return parse_integer(part.bytes, value) && value >= c.minimum && value <= c.maximum;
  }
  const size_t digits = longest_digits(c.form);
  return digits == SIZE_MAX || longest_run_of_digits(part.bytes) <= digits;
}

Result<RowSet> ColumnSearch::find(uint32_t column, const Needle& needle, Where where) {
  ASSIGN_OR_RETURN(const RowSet* rows, found(column, needle, where));
  return *rows;
}

Result<RowSet> ColumnSearch::find(uint32_t column, const LinePredicate& test) {
  const uint32_t rows = reader_.table().columns[column].rows;
  if (test.kind == LinePredicate::Kind::kContains)
    return find(column, Needle{test.text, test.any_case});
  if (test.kind == LinePredicate::Kind::kAllOf) {
    RowSet out = RowSet::all(rows);
    for (const LinePredicate& part : test.parts) {
      ASSIGN_OR_RETURN(const RowSet some, find(column, part));
      out.intersect(some);
      if (out.is_none()) break;
    }
    return out;
  }
  RowSet out = RowSet::none(rows);
  for (const LinePredicate& part : test.parts) {
    ASSIGN_OR_RETURN(const RowSet some, find(column, part));
    out.unite(some);
    if (out.is_all()) break;
  }
  if (test.kind == LinePredicate::Kind::kNoneOf) {
    out.complement();
    out.settle();
  }
  return out;
}

Result<const RowSet*> ColumnSearch::found(uint32_t column, const Needle& part, Where where) {
  const Key key{column, part.bytes.data(), part.size(), where};
  const auto known = known_.find(key);
  if (known != known_.end()) return &known->second;
  ASSIGN_OR_RETURN(RowSet rows, search(column, part, where));
  rows.settle();
  return &known_.emplace(key, std::move(rows)).first->second;
}

Result<RowSet> ColumnSearch::search(uint32_t column, const Needle& part, Where where) {
  const Column& c = reader_.table().columns[column];
  if (!possible(c, part, where)) return RowSet::none(c.rows);
  if (part.empty() && where != Where::kWhole) return RowSet::all(c.rows);
  switch (c.type()) {
    case ColumnType::kConstant:
      return part.is_in(c.constant, where) ? RowSet::all(c.rows) : RowSet::none(c.rows);
    case ColumnType::kDictionary:
      return search_dictionary(column, part, where);
    case ColumnType::kReference:
      return search_reference(column, part, where);
    case ColumnType::kText:
      return search_text(column, part, where);
    case ColumnType::kString:
      if (where == Where::kAnywhere) return search_strings(column, part);
      break;
    case ColumnType::kInteger:
      if (where != Where::kAnywhere && part.size() <= kMaxDecimalDigits &&
          std::all_of(part.bytes.begin(), part.bytes.end(), is_digit)) {
        return search_integers(column, part.bytes, where);
      }
      break;
    case ColumnType::kHex:
    case ColumnType::kUuid:
      return search_packed(column, part, where);
    default:
      break;
  }
  return search_built(column, part, where);
}

Result<RowSet> ColumnSearch::search_dictionary(uint32_t column, const Needle& part, Where where) {
  const Column& c = reader_.table().columns[column];
  ASSIGN_OR_RETURN(const auto entries, reader_.dictionary(column));
  std::vector<uint8_t> match(entries.size());
  size_t count = 0;
  for (size_t i = 0; i < entries.size(); ++i) {
    match[i] = part.is_in(entries[i], where);
    count += match[i];
  }
  if (count == 0) return RowSet::none(c.rows);
  if (count == entries.size()) return RowSet::all(c.rows);
  ASSIGN_OR_RETURN(const IdView* ids, reader_.ids(column));
  RowSet out = RowSet::none(c.rows);
  ids->find(match, out);
  return out;
}

Result<RowSet> ColumnSearch::search_reference(uint32_t column, const Needle& part, Where where) {
  const Column& c = reader_.table().columns[column];
  ASSIGN_OR_RETURN(const RowSet* values, found(c.child, part, where));
  if (values->is_none()) return RowSet::none(c.rows);
  if (values->is_all()) return RowSet::all(c.rows);
  ASSIGN_OR_RETURN(const auto references, reader_.references(column));
  RowSet out = RowSet::none(c.rows);
  for (uint32_t r = 0; r < c.rows; ++r) {
    if (values->has(references[r])) out.add(r);
  }
  return out;
}

// Searches the text of all rows at once; a hit that crosses two rows does not count.
Result<RowSet> ColumnSearch::search_strings(uint32_t column, const Needle& part) {
  const Column& c = reader_.table().columns[column];
  ASSIGN_OR_RETURN(const ColumnReader::Strings strings, reader_.strings(column));
  RowSet out = RowSet::none(c.rows);
  for (size_t f = 0; f < strings.frames.size(); ++f) {
    const std::string_view text = strings.frames[f];
    const auto first = strings.offsets.begin() + strings.first_rows[f];
    const auto end = strings.offsets.begin() + strings.first_rows[f + 1];
    size_t from = 0;
    while (from + part.size() <= text.size()) {
      const size_t hit = part.find_in(text.substr(from));
      if (hit == std::string_view::npos) break;
      const size_t at = from + hit;
      // This is the last row that begins at or before the hit; if several begin there, only the
      // last has text.
      const auto row = std::upper_bound(first, end, at) - 1;
      const size_t row_end = row + 1 == end ? text.size() : *(row + 1);
      if (at + part.size() <= row_end) {
        out.add(static_cast<uint32_t>(row - strings.offsets.begin()));
        from = row_end;
      } else {
        from = at + 1;
      }
    }
  }
  return out;
}

// Searches by arithmetic: numbers that begin with these digits lie in one span for each length, and
// those that end with them leave this remainder.
Result<RowSet> ColumnSearch::search_integers(uint32_t column, std::string_view digits,
                                             Where where) {
  const Column& c = reader_.table().columns[column];
  RowSet out = RowSet::none(c.rows);
  int64_t wanted = 0, power = 1;
  for (const char d : digits) {
    wanted = wanted * 10 + (d - '0');
    power *= 10;
  }
  const bool leading_zero = digits.size() > 1 && digits[0] == '0';
  if (where != Where::kAtEnd && leading_zero) return out;
  ASSIGN_OR_RETURN(const IntegerView* numbers, reader_.numbers(column));
  if (where == Where::kWhole) {
    numbers->find(wanted, out);
    return out;
  }
  if (where == Where::kAtEnd) {
    const int64_t least = digits.size() > 1 ? power / 10 : 0;
    for (uint32_t r = 0; r < c.rows; ++r) {
      const int64_t n = (*numbers)[r];
      if (n >= least && n % power == wanted) out.add(r);
    }
    return out;
  }
  numbers->find(wanted, out);
  if (wanted == 0) return out;
  int64_t first = wanted, end = wanted + 1;
  while (!__builtin_mul_overflow(first, 10, &first) && !__builtin_mul_overflow(end, 10, &end) &&
         first <= c.maximum) {
    if (end <= c.minimum) continue;
    for (uint32_t r = 0; r < c.rows; ++r) {
      if ((*numbers)[r] >= first && (*numbers)[r] < end) out.add(r);
    }
  }
  return out;
}

// Looks for the packed bytes and compares the text of what it finds.
Result<RowSet> ColumnSearch::search_packed(uint32_t column, const Needle& part, Where where) {
  const Column& c = reader_.table().columns[column];
  const std::string digits = nibbles_of(part.bytes);
  if (digits.size() < kMinPackedNibbles || !is_hex(digits)) {
    return search_built(column, part, where);
  }
  const size_t width = packed_bytes(c.form);
  RowSet out = RowSet::none(c.rows);
  char text[kMaxFormattedBytes];
  const auto test = [&](std::string_view packed, uint32_t row) {
    const auto* from = reinterpret_cast<const uint8_t*>(packed.data()) + row * width;
    const size_t n = format_packed(c.form, from, text);
    if (part.is_in({text, n}, where)) out.add(row);
  };
  if ((where == Where::kAtStart || where == Where::kWhole) && digits.size() >= kHeadNibbles) {
    const std::string wanted = pack_pairs(digits.substr(0, kHeadNibbles), 0);
    ASSIGN_OR_RETURN(const std::string_view heads, reader_.heads(column));
    for (uint32_t r = 0; r < c.rows; ++r) {
      if (std::memcmp(heads.data() + size_t{r} * 4, wanted.data(), 4) != 0) continue;
      ASSIGN_OR_RETURN(const std::string_view packed, reader_.packed(column));
      test(packed, r);
    }
    return out;
  }
  ASSIGN_OR_RETURN(const std::string_view packed, reader_.packed(column));
  for (const size_t alignment : {0, 1}) {
    const std::string wanted = pack_pairs(digits, alignment);
    size_t from = 0;
    while (from < packed.size()) {
      const void* hit =
          memmem(packed.data() + from, packed.size() - from, wanted.data(), wanted.size());
      if (!hit) break;
      const auto at = static_cast<size_t>(static_cast<const char*>(hit) - packed.data());
      test(packed, static_cast<uint32_t>(at / width));
      from = at + 1;
    }
  }
  return out;
}

Result<RowSet> ColumnSearch::search_built(uint32_t column, const Needle& part, Where where) {
  const Column& c = reader_.table().columns[column];
  RETURN_IF_ERROR(reader_.load(column));
  RowSet out = RowSet::none(c.rows);
  ByteBuffer value;
  for (uint32_t r = 0; r < c.rows; ++r) {
    value.clear();
    reader_.append(column, r, value);
    if (part.is_in(value.view(0), where)) out.add(r);
  }
  return out;
}

Result<RowSet> ColumnSearch::rows_of(const LineTemplate& t,
                                     const std::vector<std::vector<Term>>& alternatives) {
  RowSet out = RowSet::none(t.rows);
  for (const std::vector<Term>& terms : alternatives) {
    std::vector<const RowSet*> sets;
    for (const Term& term : terms) {
      ASSIGN_OR_RETURN(const RowSet* rows, found(term.column, term.part, term.where));
      sets.push_back(rows);
      if (rows->is_none()) break;
    }
    if (sets.back()->is_none()) continue;
    RowSet both = RowSet::all(t.rows);
    for (size_t i = 0; i < terms.size(); ++i) {
      if (sets[i]->is_all()) continue;
      RowSet here = RowSet::none(t.rows);
      const uint32_t start = terms[i].start;
      sets[i]->each(start, start + t.rows, [&](uint32_t row) { here.add(row - start); });
      both.intersect(here);
      if (both.is_none()) break;
    }
    out.unite(both);
    if (out.is_all()) break;
  }
  return out;
}

Result<RowSet> ColumnSearch::search_text(uint32_t column, const Needle& part, Where where) {
  const Column& c = reader_.table().columns[column];
  const auto templates = reader_.table().templates_of(c);
  std::vector<RowSet> hits;
  bool any = false;
  for (const LineTemplate& t : templates) {
    TemplateMatcher matcher(*this, reader_.table(), t, part, where);
    if (matcher.always()) {
      hits.push_back(RowSet::all(t.rows));
    } else if (matcher.gave_up()) {
      return search_built(column, part, where);
    } else {
      ASSIGN_OR_RETURN(RowSet rows, rows_of(t, matcher.alternatives()));
      hits.push_back(std::move(rows));
    }
    any |= !hits.back().is_none();
  }
  if (!any) return RowSet::none(c.rows);
  if (templates.size() == 1) return std::move(hits[0]);
  if (std::all_of(hits.begin(), hits.end(), [](const RowSet& h) { return h.is_all(); })) {
    return RowSet::all(c.rows);
  }
  ASSIGN_OR_RETURN(const auto rows, reader_.rows_by_template(column));
  RowSet out = RowSet::none(c.rows);
  uint32_t start = 0;
  for (size_t t = 0; t < templates.size(); ++t) {
    hits[t].each(0, templates[t].rows, [&](uint32_t k) { out.add(rows[start + k]); });
    start += templates[t].rows;
  }
  return out;
}

}  // namespace logsvc::store
