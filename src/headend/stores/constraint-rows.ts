import { type ContentConstraint, type OutletPlace, refuseByPlace } from '../../domain/access/content-constraint.ts';
import type { StoreContext } from './store-context.ts';

export interface ConstraintStore {
  constraintOf(work: string): ContentConstraint;
  /** @returns false where there is no such work */
  putConstraint(work: string, constraint: ContentConstraint): boolean;
  placeOf(outlet: string): OutletPlace;
  /** @returns false where there is no such box */
  putPlace(outlet: string, place: OutletPlace): boolean;
  /** Works that can not be had in the place of this box. */
  barredAt(outlet: string): ReadonlySet<string>;
}

interface ConstraintCells {
  readonly work: string;
  readonly ageRating: number | null;
  readonly regions: string | null;
}

const CONSTRAINT = 'SELECT work, age_rating AS ageRating, regions FROM work_constraints';

/** Owner of work_constraints and outlet_places. */
export function constraintRows({ database }: StoreContext): ConstraintStore {
  const placeOf = (outlet: string): OutletPlace =>
    database.one<OutletPlace>('SELECT region, below_age AS belowAge FROM outlet_places WHERE outlet = ?', outlet) ?? { region: null, belowAge: null };
  const known = (table: 'works' | 'outlets', column: 'work' | 'outlet', id: string): boolean =>
    (database.one<{ n: number }>(`SELECT count(*) AS n FROM ${table} WHERE ${column} = ?`, id)?.n ?? 0) > 0;
  return {
    constraintOf: (work) => asConstraint(database.one<ConstraintCells>(`${CONSTRAINT} WHERE work = ?`, work)),
    putConstraint: (work, { ageRating, regions }) =>
      database.transaction(() => {
        if (!known('works', 'work', work)) return false;
        const sql =
          'INSERT INTO work_constraints (work, age_rating, regions) VALUES (?, ?, ?) ON CONFLICT (work) DO UPDATE SET age_rating = excluded.age_rating, regions = excluded.regions';
        database.run(sql, work, ageRating, regions === null ? null : JSON.stringify(regions));
        return true;
      }),
    placeOf,
    putPlace: (outlet, { region, belowAge }) =>
      database.transaction(() => {
        if (!known('outlets', 'outlet', outlet)) return false;
        const sql =
          'INSERT INTO outlet_places (outlet, region, below_age) VALUES (?, ?, ?) ON CONFLICT (outlet) DO UPDATE SET region = excluded.region, below_age = excluded.below_age';
        database.run(sql, outlet, region, belowAge);
        return true;
      }),
    barredAt: (outlet) => {
      const place = placeOf(outlet);
      const barred = database.all<ConstraintCells>(CONSTRAINT).filter((cells) => refuseByPlace(asConstraint(cells), place) !== null);
      return new Set(barred.map(({ work }) => work));
    },
  };
}

function asConstraint(cells: ConstraintCells | null): ContentConstraint {
  return { ageRating: cells?.ageRating ?? null, regions: cells?.regions == null ? null : (JSON.parse(cells.regions) as readonly string[]) };
}
