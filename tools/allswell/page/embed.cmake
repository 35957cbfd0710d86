# SPDX-License-Identifier: ISC
# Writes the files of a folder as arrays of C.
# Usage: cmake -DFOLDER=<folder> -DOUT=<file.c> -P embed.cmake
file(GLOB_RECURSE paths RELATIVE ${FOLDER} ${FOLDER}/*)
list(SORT paths)
set(arrays "")
set(table "")
foreach(path IN LISTS paths)
  string(MAKE_C_IDENTIFIER file_${path} name)
  file(READ ${FOLDER}/${path} bytes HEX)
  string(LENGTH "${bytes}" len)
  math(EXPR len "${len} / 2")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
  string(APPEND arrays "static const unsigned char ${name}[] = {${bytes}};\n")
  if(path STREQUAL "index.html")
    set(path "")
  endif()
  string(APPEND table "    {\"/${path}\", ${name}, ${len}},\n")
endforeach()
file(WRITE ${OUT}.new
  "/* SPDX-License-Identifier: ISC */\n#include \"allswell/page/parts.h\"\n\n${arrays}\n"
  "const struct page_asset page_assets[] = {\n${table}    {NULL, NULL, 0},\n};\n")
file(RENAME ${OUT}.new ${OUT})
