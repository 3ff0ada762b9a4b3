'use client';

import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { setNonce } from 'get-nonce';
import { createContext, type ReactNode, useContext, useState } from 'react';
import { ProblemError } from '#api/client';
import { cssVariablesResolver, theme } from './theme.ts';

const Sandbox = createContext(false);

/** Whether this portal is the sandbox: nothing leaves the machine. Known from the server, never from the address. */
export const useSandbox = () => useContext(Sandbox);

const newQueryClient = () =>
	new QueryClient({
		defaultOptions: {
			queries: {
				// A refusal is an answer; only a lost connection or a broken server is worth asking again.
				retry: (failures, error) => !(error instanceof ProblemError && error.status < 500) && failures < 2,
				staleTime: 10_000,
			},
			mutations: { retry: false },
		},
	});

export function Providers(props: { nonce: string | undefined; sandbox: boolean; children: ReactNode }) {
	// A later server render brings another nonce, but this document's policy knows only the first.
	const [nonce] = useState(() => {
		if (props.nonce !== undefined) setNonce(props.nonce);
		return props.nonce;
	});
	const [client] = useState(newQueryClient);
	return (
		<MantineProvider
			theme={theme}
			cssVariablesResolver={cssVariablesResolver}
			defaultColorScheme="auto"
			getStyleNonce={() => nonce ?? ''}
			withGlobalClasses={false}
		>
			<QueryClientProvider client={client}>
				<Sandbox value={props.sandbox}>{props.children}</Sandbox>
			</QueryClientProvider>
		</MantineProvider>
	);
}
