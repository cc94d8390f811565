import type { Fault } from '../../units/result.ts';

/** For whom and where a work is (document 002, R-5). */
export interface ContentConstraint {
  /** Years; from this age on. Null: for everybody. */
  readonly ageRating: number | null;
  /** ISO 3166 codes; null: everywhere. */
  readonly regions: readonly string[] | null;
}

/** Where a box stands, and for whom. */
export interface OutletPlace {
  /** Null: nobody said. */
  readonly region: string | null;
  /** Works that are rated for this age or above are not offered there at all; null: the box asks for its own PIN where it has one. */
  readonly belowAge: number | null;
}

export type ConstraintFault = Fault<'region' | 'age'>;

/** Why a work can not be had in a place, or null. What is bound to regions stays closed where nobody said where the box is. */
export function refuseByPlace({ ageRating, regions }: ContentConstraint, { region, belowAge }: OutletPlace): ConstraintFault | null {
  if (regions !== null && region === null)
    return { code: 'region', message: `This title is for ${regions.join(', ')} only, and nobody said where this box stands.` };
  if (regions !== null && region !== null && !regions.includes(region))
    return { code: 'region', message: `This title is for ${regions.join(', ')} only; this box stands in ${region}.` };
  if (ageRating !== null && belowAge !== null && ageRating >= belowAge)
    return { code: 'age', message: `This title is rated ${ageRating}; nothing from ${belowAge} on is offered here.` };
  return null;
}
