import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core';

const tuple = (name: string) =>
	Array.from({ length: 10 }, (_, step) => `var(--${name}-${step})`) as unknown as MantineColorsTuple;

/** tokens.css in Mantine's words. Colours stay variables, so that both schemes are decided in one file. */
export const theme = createTheme({
	primaryColor: 'petrol',
	primaryShade: { light: 7, dark: 4 },
	// autoContrast cannot compute with variables, and fails AA in dark: --on-primary says it instead.
	autoContrast: false,
	colors: { petrol: tuple('petrol'), slate: tuple('slate') },
	fontFamily: 'var(--font-sans)',
	fontFamilyMonospace: 'var(--font-mono)',
	headings: {
		fontFamily: 'var(--font-sans)',
		fontWeight: '600',
		sizes: {
			h1: { fontSize: '1.25rem', lineHeight: '1.75rem' },
			h2: { fontSize: '1rem', lineHeight: '1.5rem' },
			h3: { fontSize: '.875rem', lineHeight: '1.25rem' },
		},
	},
	fontSizes: { xs: '.75rem', sm: '.8125rem', md: '.875rem', lg: '1rem', xl: '1.25rem' },
	lineHeights: { xs: '1rem', sm: '1.125rem', md: '1.25rem', lg: '1.5rem', xl: '1.75rem' },
	spacing: { xs: '.5rem', sm: '.75rem', md: '1rem', lg: '1.5rem', xl: '2rem' },
	radius: { xs: '4px', sm: '6px', md: '10px', lg: '14px', xl: '999px' },
	defaultRadius: 'sm',
	cursorType: 'pointer',
	focusRing: 'auto',
	respectReducedMotion: true,
});

const shared = {
	'--mantine-color-body': 'var(--canvas)',
	'--mantine-color-text': 'var(--text)',
	'--mantine-color-dimmed': 'var(--text-3)',
	'--mantine-color-default': 'var(--surface)',
	'--mantine-color-default-border': 'var(--line)',
	'--mantine-color-anchor': 'var(--link)',
	'--mantine-color-error': 'var(--bad-text)',
	'--mantine-color-placeholder': 'var(--text-3)',
};

export const cssVariablesResolver: CSSVariablesResolver = () => ({ variables: {}, light: shared, dark: shared });
