#include "store/columns/column_proofs.h"

#include <algorithm>

namespace logsvc::store {
namespace {

bool stays_in_string(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') return false;
    if (text[i] == '\\' && ++i == text.size()) return false;
  }
  return true;
}

bool begins_number(std::string_view text) {
  return !text.empty() && (is_digit(text[0]) || text[0] == '-');
}

bool is_scalar_text(std::string_view text, bool alone) {
  return begins_number(text) || (alone && (text == "true" || text == "false" || text == "null"));
}

}  // namespace

Result<bool> ColumnProofs::stays_in_string(uint32_t column) {
  if (closed_[column] == kOpen) {
    ASSIGN_OR_RETURN(const bool yes, prove_stays(reader_.table().columns[column], column));
    closed_[column] = yes ? kYes : kNo;
  }
  return closed_[column] == kYes;
}

Result<bool> ColumnProofs::prove_stays(const Column& c, uint32_t column) {
  if (c.rows == 0 || (!c.stamp.has('"') && !c.stamp.has('\\'))) return true;
  switch (c.type()) {
    case ColumnType::kConstant:
      return store::stays_in_string(c.constant);
    case ColumnType::kDictionary: {
      ASSIGN_OR_RETURN(const auto entries, reader_.dictionary(column));
      return std::all_of(entries.begin(), entries.end(),
                         [](std::string_view e) { return store::stays_in_string(e); });
    }
    case ColumnType::kReference:
      return stays_in_string(c.child);
    case ColumnType::kText:
      for (const Template& t : reader_.table().templates_of(c)) {
        for (const Piece& p : reader_.table().pieces_of(t)) {
          if (!p.is_slot()) {
            if (!store::stays_in_string(p.text)) return false;
            continue;
          }
          ASSIGN_OR_RETURN(const bool slot, stays_in_string(p.column));
          if (!slot) return false;
        }
      }
      return true;
    case ColumnType::kString: {
      RETURN_IF_ERROR(reader_.load(column));
      ByteBuffer value;
      for (uint32_t r = 0; r < c.rows; ++r) {
        value.clear();
        reader_.append(column, r, value);
        if (!store::stays_in_string(value.view(0))) return false;
      }
      return true;
    }
    default:
      return false;  // a time with a quote as its separator
  }
}

bool ColumnProofs::is_word(uint32_t column) const {
  const Column& c = reader_.table().columns[column];
  if (c.rows == 0) return true;
  static constexpr std::string_view kEnds = " \t\r\n,:\"\\{}[]";
  return c.stamp.min_length > 0 &&
         std::none_of(kEnds.begin(), kEnds.end(), [&](char e) { return c.stamp.has(e); });
}

Result<bool> ColumnProofs::is_scalar(uint32_t column, bool alone) {
  const Column& c = reader_.table().columns[column];
  if (c.rows == 0) return true;
  switch (c.type()) {
    case ColumnType::kInteger:
    case ColumnType::kZeroPadded:
      return c.stamp.min_length > 0;
    case ColumnType::kConstant:
      return is_scalar_text(c.constant, alone);
    case ColumnType::kDictionary: {
      ASSIGN_OR_RETURN(const auto entries, reader_.dictionary(column));
      return std::all_of(entries.begin(), entries.end(),
                         [&](std::string_view e) { return is_scalar_text(e, alone); });
    }
    case ColumnType::kReference:
      return is_scalar(c.child, alone);
    case ColumnType::kText:
      for (const Template& t : reader_.table().templates_of(c)) {
        const auto pieces = reader_.table().pieces_of(t);
        if (pieces.empty()) return false;
        const bool single = pieces.size() == 1 && alone;
        if (!pieces[0].is_slot()) {
          if (!is_scalar_text(pieces[0].text, single)) return false;
          continue;
        }
        ASSIGN_OR_RETURN(const bool slot, is_scalar(pieces[0].column, single));
        if (!slot) return false;
      }
      return true;
    default:
      return false;
  }
}

}  // namespace logsvc::store
