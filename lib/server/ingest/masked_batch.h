// Hides what must never be stored, before anything else of the server keeps a batch.
#pragma once

#include "masking/masker.h"
#include "model/entry.h"

namespace logsvc::server {

// Masks lines, values of structured metadata and values of labels. If something is hidden, the
// batch loses the compressed form in which it came, which still has it.
void mask_batch(const masking::Masker& masker, Batch& batch);

}  // namespace logsvc::server
