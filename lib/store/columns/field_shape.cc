#include "store/columns/field_shape.h"

#include "store/columns/json_shape.h"
#include "store/columns/logfmt_shape.h"

namespace logsvc::store {

Result<std::unique_ptr<FieldShape>> make_field_shape(const FieldParser& parser,
                                                     ColumnProofs& proofs, const ColumnTable& table,
                                                     const LineTemplate& t) {
  if (parser.kind == FieldParser::Kind::kJson) return JsonShape::of(proofs, table, t);
  return LogfmtShape::of(parser, proofs, table, t);
}

}  // namespace logsvc::store
