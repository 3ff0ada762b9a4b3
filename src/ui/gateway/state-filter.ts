'use client';

import { useSearchParams } from 'next/navigation';
import { useCallback } from 'react';

type StateFilter = 'all' | 'NEEDS_HUMAN';

/** The filter of the executions lives in the address, so that a notice or a person can link to what waits. */
export function useStateFilter(): [StateFilter, (state: StateFilter) => void] {
	const state: StateFilter = useSearchParams().get('state') === 'NEEDS_HUMAN' ? 'NEEDS_HUMAN' : 'all';
	const set = useCallback((next: StateFilter) => {
		const params = new URLSearchParams(location.search);
		if (next === 'all') params.delete('state');
		else params.set('state', next);
		const address = params.size > 0 ? `${location.pathname}?${params}` : location.pathname;
		// The address alone changes: nothing is asked of the page server.
		history.replaceState(null, '', address);
	}, []);
	return [state, set];
}
