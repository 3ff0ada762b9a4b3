# The portal's image. scripts/rootfs.ts lays out its root file system, here as without a container engine (docs/image.md).

ARG NODE_VERSION=24.21.0
# Pins what is pulled to one content: --build-arg NODE_DIGEST=@sha256:…
ARG NODE_DIGEST=""

FROM node:${NODE_VERSION}-bookworm${NODE_DIGEST} AS build
WORKDIR /build
# What .dockerignore lets in: sources and lock file, nothing else.
COPY . .
RUN --mount=type=cache,target=/root/.npm node scripts/setup.mjs
RUN npm run build \
	&& node_modules/.bin/node scripts/rootfs.ts /rootfs/base --part base \
	&& node_modules/.bin/node scripts/rootfs.ts /rootfs/app --part app

# From nothing: no shell, no package manager, no npm.
FROM scratch
# Two layers: the first, four fifths of the whole, stays the same until Node or its libraries change.
COPY --from=build /rootfs/base/ /
COPY --from=build /rootfs/app/ /
ENV NODE_ENV=production HOST=0.0.0.0 PATH=/usr/local/bin
WORKDIR /app
USER 10001:10001
EXPOSE 3000
STOPSIGNAL SIGTERM
ENTRYPOINT ["/usr/local/bin/node", "/app/dist/server.mjs"]

ARG VERSION=0.0.0
ARG REVISION=unknown
ARG SOURCE=unknown
ARG LICENSES=Apache-2.0
LABEL org.opencontainers.image.title="SARC portal" \
	org.opencontainers.image.description="MCP Gateway: propose, preview, approve, execute once, audited" \
	org.opencontainers.image.version="${VERSION}" \
	org.opencontainers.image.revision="${REVISION}" \
	org.opencontainers.image.source="${SOURCE}" \
	org.opencontainers.image.licenses="${LICENSES}"
