import type { Metadata } from 'next';
import { SignIn } from '#ui/sign-in/sign-in.tsx';

export const metadata: Metadata = { title: 'Sign in' };

export default async function Page(props: { searchParams: Promise<{ next?: string | string[] }> }) {
	const { next } = await props.searchParams;
	return <SignIn next={typeof next === 'string' ? next : undefined} />;
}
