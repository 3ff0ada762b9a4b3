'use client';

import dynamic from 'next/dynamic';

/** The dialog’s code is fetched when the first one opens: no page pays for it before. */
export const Dialog = dynamic(() => import('./dialog.tsx').then((module) => module.Dialog), { ssr: false });
