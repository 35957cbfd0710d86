// SPDX-License-Identifier: ISC
// Where spec/ is: this implementation knows nothing else of the repository.
import { pathToFileURL } from 'node:url';

export const SPEC = process.env.ALLSWELL_SPEC
    ? pathToFileURL(`${process.env.ALLSWELL_SPEC}/`)
    : new URL('../../spec/', import.meta.url);
