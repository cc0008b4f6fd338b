# syl_embed_assets(OUTPUT FILE...): compiles files into the program as the table `web_assets` of searchd/respond/assets.h.
function(syl_embed_assets output)
    add_custom_command(OUTPUT ${output}
        COMMAND ${CMAKE_COMMAND} "-DOUTPUT=${output}" "-DFILES=${ARGN}" -P ${PROJECT_SOURCE_DIR}/cmake/EmbedAssets.cmake
        DEPENDS ${ARGN} ${PROJECT_SOURCE_DIR}/cmake/EmbedAssets.cmake VERBATIM)
endfunction()
