#include "support/stored_columns.h"

#include <cstdlib>
#include <functional>

#include "extract/json_fields.h"
#include "extract/json_string.h"
#include "extract/logfmt_fields.h"
#include "store/columns/field_search.h"
#include "store/common/compression.h"

namespace logsvc::testing {

using namespace store;

StoredColumns::StoredColumns(const Lines& lines) {
  ColumnEncoder encoder;
  root_ = encoder.add_lines(lines);
  keep(encoder);
}

StoredColumns::StoredColumns(const std::vector<std::span<const LabelView>>& lines) {
  ColumnEncoder encoder;
  root_ = encoder.add_pairs(lines);
  keep(encoder);
}

void StoredColumns::keep(ColumnEncoder& encoder) {
  encoder.frames().finish();
  put_column_table(header_, encoder.table());
  frames_ = encoder.frames().bytes();
  ByteReader in(header_);
  auto table = read_column_table(in, frames_.size());
  if (!table.ok() || !in.done()) std::abort();
  table_ = std::move(*table);
}

ColumnReader StoredColumns::reader() const {
  return ColumnReader(table_, [this](const Frame& f) -> Result<RawBytes> {
    const std::string_view stored = std::string_view(frames_).substr(f.offset, f.stored_bytes);
    if (!f.compressed) return RawBytes(stored);
    return decompress(stored, f.raw_bytes);
  });
}

ParsedField parse_field(const FieldParser& parser, std::string_view line, std::string_view name) {
  ParsedField out;
  const auto visit = [&](std::string_view key, std::string_view value) {
    const bool none =
        parser.kind == FieldParser::Kind::kLogfmt && value.empty() && !parser.keep_empty;
    if (key != name || out.value || none) return true;
    out.value = std::string(value);
    if (parser.kind == FieldParser::Kind::kLogfmt) extract::blank_out_bad_runes(*out.value);
    return true;
  };
  if (parser.kind == FieldParser::Kind::kJson) {
    out.fault = extract::JsonFields().read(line, visit) != nullptr;
  } else {
    out.fault = !extract::LogfmtFields().read(line, parser.strict, visit).empty();
  }
  return out;
}

std::vector<FieldParser> field_parsers() {
  std::vector<FieldParser> out = {{}};
  for (const bool strict : {false, true}) {
    for (const bool keep_empty : {false, true}) {
      out.push_back({FieldParser::Kind::kLogfmt, strict, keep_empty});
    }
  }
  return out;
}

FieldAnswers check_field(const StoredColumns& columns, const Lines& lines,
                         const FieldParser& parser, std::string_view name) {
  ColumnReader reader = columns.reader();
  FieldSearch search(reader, columns.root(), parser);
  FieldAnswers out;
  const auto wrong = [&](const char* what, std::string_view line) {
    if (out.wrong.empty()) out.wrong = std::string(what) + ", line: " + std::string(line);
  };
  const auto is_odd = [](std::optional<std::string_view> v) { return v && v->size() % 2 == 1; };
  const auto is_not_odd = [&](std::optional<std::string_view> v) { return !is_odd(v); };
  const auto some = search.find({std::string(name), is_odd});
  const auto others = search.find({std::string(name), is_not_odd});
  if (!some.ok() || !others.ok() || !search.choose(name).ok()) {
    wrong("not read", lines[0]);
    return out;
  }
  ByteBuffer value;
  for (uint32_t r = 0; r < lines.size(); ++r) {
    const ParsedField parsed = parse_field(parser, lines[r], name);
    const bool odd = is_odd(parsed.value);
    if (!(odd ? some->has(r) : others->has(r))) wrong("not found", lines[r]);
    out.too_many += odd ? others->has(r) : some->has(r);
    value.clear();
    const auto found = search.value(r, value);
    out.known += found != FieldSearch::Answer::kUnknown;
    if (found == FieldSearch::Answer::kValue) {
      if (parsed.fault || parsed.value != std::string(value.view(0))) wrong("value", lines[r]);
    } else if (found == FieldSearch::Answer::kNothing && parsed.value) {
      wrong("nothing", lines[r]);
    }
  }
  return out;
}

}  // namespace logsvc::testing
