# syntax=docker/dockerfile:1
# Every image of ours from one file: `--target router`, or `--target subgraph --build-arg SUBGRAPH=<name>`. All are built in
# one stage, since a compiler that is loaded anyway makes eight bundles as easily as one; each image then holds Node, one
# bundle and what lies beside it, and no node_modules.
ARG NODE_IMAGE=node:20-alpine

# The manifests alone: a layer made of them stays the same, and with it the installation, until a dependency changes.
FROM ${NODE_IMAGE} AS manifests
WORKDIR /src
COPY . .
RUN find . -type f ! -name package.json ! -name package-lock.json -delete && find . -type d -empty -delete

FROM ${NODE_IMAGE} AS build
WORKDIR /src
COPY --from=manifests /src .
# No package's scripts are needed to build, so none gets to run.
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts --no-audit --no-fund
COPY . .
# Not `npm run build`, which would first see to the installation. Source maps are two thirds of a bundle's size and read only under --enable-source-maps.
RUN node scripts/build.mjs && find router subgraphs -path '*/dist/*' -name '*.map' -delete
# A bundle is a copy of the packages in it, and their licences go where the copy goes (the Elastic Licence 2.0, "Notices").
RUN find node_modules -maxdepth 3 -type f \( -iname 'licen[cs]e*' -o -iname 'notice*' \) \
    -exec sh -c 'for file; do printf "\n===== %s\n\n" "$file"; cat "$file"; done' sh {} + > THIRD-PARTY-LICENSES.txt

FROM ${NODE_IMAGE} AS runtime
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /src/LICENSE /src/THIRD-PARTY-LICENSES.txt ./
USER node
EXPOSE 4000
CMD ["node", "dist/main.js"]

FROM runtime AS subgraph
ARG SUBGRAPH
COPY --from=build /src/subgraphs/${SUBGRAPH}/package.json ./
COPY --from=build /src/subgraphs/${SUBGRAPH}/dist dist/

FROM runtime AS router
COPY --from=build /src/router/package.json ./
COPY --from=build /src/router/dist dist/
# `nodeOptions` of router/package.json.
CMD ["node", "--max-semi-space-size=32", "dist/main.js"]
