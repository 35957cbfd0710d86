/* SPDX-License-Identifier: ISC */
#ifndef AW_STATIC_CBOR_MODEL_H
#define AW_STATIC_CBOR_MODEL_H

#include <cbor.h>

/* For Eva it is the decoder; for the test that compares both it has a name of its own. */
#ifdef __FRAMAC__
#define aw_model_decode cbor_stream_decode
#endif

struct cbor_decoder_result aw_model_decode(cbor_data source, size_t size,
                                           const struct cbor_callbacks *cb, void *ctx);

#endif /* AW_STATIC_CBOR_MODEL_H */
