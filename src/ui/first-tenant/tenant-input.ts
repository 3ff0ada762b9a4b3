import { ProblemError } from '#api/client';
import { fieldMessage } from '#ui/controls/field-message.ts';
import { headingOf } from '#ui/words.ts';
import { slugRule } from './slug.ts';

export interface TenantInput {
	readonly name: string;
	readonly slug: string;
	readonly adminEmail: string;
}

export type WrongInput = { readonly [K in keyof TenantInput]?: string | undefined };

/** What to mend before anything is sent; the portal checks the same. */
export function missingOf(input: TenantInput): WrongInput {
	return {
		...(input.name === '' ? { name: 'Give the name of the team or company.' } : {}),
		...(slugRule.test(input.slug) ? {} : { slug: 'Use 1 to 40 of a–z, 0–9 and “-”, not at its ends.' }),
		...(/^\S+@\S+$/.test(input.adminEmail) ? {} : { adminEmail: 'Give the e-mail address of its first ADMIN.' }),
	};
}

/** Which fields an answer is about; undefined when it is about none. */
export function wrongOf(error: unknown): WrongInput | undefined {
	if (!(error instanceof ProblemError)) return undefined;
	if (error.code === 'slug_taken') return { slug: `${headingOf(error.code)}. Choose a different one.` };
	const wrong = {
		name: fieldMessage(error, 'name'),
		slug: fieldMessage(error, 'slug'),
		adminEmail: fieldMessage(error, 'adminEmail'),
	};
	return Object.values(wrong).some((one) => one !== undefined) ? wrong : undefined;
}
