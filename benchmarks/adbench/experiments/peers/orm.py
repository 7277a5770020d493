"""The endpoint that people write first: FastAPI, pydantic models, SQLAlchemy's asynchronous session, a row an event.

It takes the same requests as the service and gives the same answers, as far as a comparison needs them. It is meant
to be good of its kind: money is exact, reports have the index that they want, each request is one transaction that is
committed before the answer, and it runs under the same server with the same event loop and driver. What it leaves out
is what this project is about, and much more: deduplication, limits, reasons for rejected events, back-pressure.

`uvicorn --factory adbench.experiments.peers.orm:create_app` serves the database that ADPULSE_DATABASE_URL names.
"""

import os
from collections.abc import AsyncIterator
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

import asyncpg
import sqlalchemy
from fastapi import Depends, FastAPI, Query
from pydantic import BaseModel, Field
from sqlalchemy import BigInteger, DateTime, Index, Numeric, String, func, insert, literal, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

VERSION = sqlalchemy.__version__
SUMS = ("impressions", "clicks", "conversions", "cost", "revenue")


class Base(DeclarativeBase):
    """The base class of SQLAlchemy's tables."""


class Event(Base):
    """A row an event."""

    __tablename__ = "events"
    __table_args__ = (Index("events_campaign_id_ts_idx", "campaign_id", "ts"),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    ts: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    campaign_id: Mapped[str] = mapped_column(String(128))
    user_id: Mapped[str] = mapped_column(String(128))
    event_type: Mapped[str] = mapped_column(String(16))
    cost: Mapped[Decimal] = mapped_column(Numeric(14, 6), default=Decimal(0))
    revenue: Mapped[Decimal] = mapped_column(Numeric(14, 6), default=Decimal(0))
    details: Mapped[dict[str, Any]] = mapped_column("metadata", JSONB, default=dict)


class EventIn(BaseModel):
    """An event as it is posted."""

    ts: datetime
    campaign_id: str = Field(min_length=1, max_length=128)
    user_id: str = Field(min_length=1, max_length=128)
    event_type: Literal["impression", "click", "conversion"]
    cost: Decimal = Field(Decimal(0), ge=0, max_digits=14, decimal_places=6)
    revenue: Decimal = Field(Decimal(0), ge=0, max_digits=14, decimal_places=6)
    details: dict[str, Any] = Field(default_factory=dict, alias="metadata")


class Batch(BaseModel):
    """The body of a request."""

    events: list[EventIn]


class Question(BaseModel):
    """The query string of a report."""

    start: datetime
    end: datetime
    campaign_id: list[str] = []
    granularity: Literal["minute", "hour", "day", "week", "month"] | None = None
    group_by: str | None = None


def engine(url: str) -> AsyncEngine:
    """Return SQLAlchemy's engine on any URL that asyncpg takes, a Unix socket's included.

    Its pool keeps every connection: opening those beyond `pool_size` would cost more than the statements.
    """
    return create_async_engine(
        "postgresql+asyncpg://", async_creator=lambda: asyncpg.connect(url), pool_size=10, max_overflow=0
    )


async def create_tables(url: str) -> None:
    """Create the tables in an empty database."""
    made = engine(url)
    async with made.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    await made.dispose()


def create_app() -> FastAPI:
    """Return the application: /each with an INSERT an event, /batch with one a request, both with the same reports."""
    sessions = async_sessionmaker(engine(os.environ["ADPULSE_DATABASE_URL"]), expire_on_commit=False)
    app = FastAPI()

    async def session() -> AsyncIterator[AsyncSession]:
        async with sessions() as opened:
            yield opened

    Session = Annotated[AsyncSession, Depends(session)]

    @app.post("/each/events")
    async def each(batch: Batch, db: Session) -> dict[str, Any]:
        for event in batch.events:
            await db.execute(insert(Event).values(event.model_dump()))
        await db.commit()
        return _accepted(batch)

    @app.post("/batch/events")
    async def whole(batch: Batch, db: Session) -> dict[str, Any]:
        db.add_all(Event(**event.model_dump()) for event in batch.events)  # SQLAlchemy makes one INSERT of these
        await db.commit()
        return _accepted(batch)

    @app.get("/each/report")
    @app.get("/batch/report")
    async def report(db: Session, asked: Annotated[Question, Query()]) -> dict[str, Any]:
        rows = await _rows(db, asked)
        answer = {"totals": {name: sum(row[name] for row in rows) for name in SUMS}}
        return {**answer, "rows": rows} if asked.granularity or asked.group_by else answer

    @app.get("/readyz")
    async def ready(db: Session) -> dict[str, str]:
        await db.execute(select(literal(1)))
        return {"status": "ready"}

    return app


def _accepted(batch: Batch) -> dict[str, Any]:
    return {"accepted": len(batch.events), "duplicates": 0, "rejected": [], "rejected_count": 0}


async def _rows(db: AsyncSession, asked: Question) -> list[dict[str, Any]]:
    bucket = func.date_trunc(asked.granularity, Event.ts, "UTC") if asked.granularity else literal(None)
    group: Any = literal(None)
    if asked.group_by:
        group = Event.campaign_id if asked.group_by == "campaign_id" else Event.details[asked.group_by].astext
    counts = [
        func.count().filter(Event.event_type == kind).label(f"{kind}s")
        for kind in ("impression", "click", "conversion")
    ]
    money = [func.coalesce(func.sum(column), 0).label(column.key) for column in (Event.cost, Event.revenue)]
    question = select(bucket.label("bucket"), group.label("group"), *counts, *money)
    question = question.where(Event.ts >= asked.start, Event.ts < asked.end)
    if asked.campaign_id:
        question = question.where(Event.campaign_id.in_(asked.campaign_id))
    found = await db.execute(question.group_by("bucket", "group"))
    return [{**row, "cost": float(row["cost"]), "revenue": float(row["revenue"])} for row in found.mappings()]
