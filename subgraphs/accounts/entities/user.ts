import type { Row } from '@selvedge/subgraph';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { LoyaltyTier } from '@selvedge/shop-seed';

@Entity({ name: 'users' })
export class User {
  @PrimaryColumn({ type: 'uuid' })
  id!: string;

  @Column({ type: 'text', unique: true })
  username!: string;

  @Column({ type: 'text' })
  name!: string;

  @Column({ type: 'text', nullable: true })
  bio!: string | null;

  @Column({ type: 'text', name: 'loyalty_tier' })
  loyaltyTier!: LoyaltyTier;

  @Column({ type: 'timestamptz', name: 'member_since' })
  memberSince!: Date;

  @Column({ type: 'text', unique: true })
  email!: string;

  /** 0 to 100. */
  @Column({ type: 'smallint', name: 'risk_score' })
  riskScore!: number;

  @Column({ type: 'text', name: 'mailing_key', unique: true })
  mailingKey!: string;
}

export type UserRow = Row<User, 'id'>;
